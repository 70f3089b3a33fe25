import type { EditTool, ThreadId } from "@heddle/protocol";
import type { Patching } from "../agent/turn-host.ts";
import type { PatchingTable } from "../store/model-tables.ts";

/** One patch may be refused for a file that has changed; a second in a row is the model's own. */
const failuresAtMost = 2;

/** How a thread's model edits: as its family was trained to, until patches keep failing. */
export class ThreadPatching implements Patching {
  readonly #table: PatchingTable;
  readonly #threadId: ThreadId;
  readonly #preferred: EditTool;

  constructor(table: PatchingTable, threadId: ThreadId, preferred: EditTool) {
    this.#table = table;
    this.#threadId = threadId;
    this.#preferred = preferred;
  }

  get tool(): EditTool {
    return this.#table.find(this.#threadId).givenUp ? "edit" : this.#preferred;
  }

  get isHopeless(): boolean {
    const { failed } = this.#table.find(this.#threadId);
    return this.tool === "apply_patch" && failed >= failuresAtMost;
  }

  ended(succeeded: boolean): void {
    const before = this.#table.find(this.#threadId);
    const failed = succeeded ? 0 : before.failed + 1;
    if (failed !== before.failed) this.#table.put(this.#threadId, { ...before, failed });
  }

  giveUp(): void {
    this.#table.put(this.#threadId, { ...this.#table.find(this.#threadId), givenUp: true });
  }
}
