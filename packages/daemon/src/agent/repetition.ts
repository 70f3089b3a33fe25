import { createHash } from "node:crypto";
import { DaemonError } from "@heddle/protocol";
import { isNote, note } from "./context/notes.ts";
import { isMcpTool } from "./mcp/offers.ts";
import type { InputEntry, ModelCall } from "./model-types.ts";

/** More often than so the same call with the same result is a hint that nothing comes of it. */
const nudgeAfter = 3;
const stopAfter = 5;

/** Which tools change something or find out something new, as far as a loop is concerned. */
const effects: ReadonlySet<string> = new Set(["exec_command", "apply_patch", "edit", "write_file"]);

/**
 * Counts calls that were made before with the same result. A command or edit that is new in itself,
 * or in what it gave back, is progress: counting begins anew.
 */
export class RepetitionGuard {
  readonly #counts = new Map<string, number>();
  readonly #seen = new Set<string>();
  /** Calls of one response do not know of each other's results: they count once. */
  readonly #response = new Set<string>();
  #last: { readonly name: string; readonly count: number } | undefined;

  /** Counts what a turn did before its daemon was stopped, since the user said something. */
  static of(history: readonly InputEntry[]): RepetitionGuard {
    const guard = new RepetitionGuard();
    const begun = history.findLastIndex((entry) => entry.role === "user" && !isNote(entry));
    const since = history.slice(begun + 1);
    for (const { type, call_id, output } of since) {
      if (type.endsWith("_call")) guard.#nextResponse();
      if (!type.endsWith("_call_output") || typeof output !== "string") continue;
      const call = since.find((entry) => entry.call_id === call_id && entry.type.endsWith("_call"));
      const text = String(call?.arguments ?? call?.input);
      if (call) guard.add({ name: String(call.name), arguments: text }, output);
    }
    const [end] = since.slice(-1);
    if (end && isNote(end)) guard.#nextResponse();
    return guard;
  }

  add(call: Pick<ModelCall, "name" | "arguments"> | undefined, output: string): void {
    if (call === undefined || waits(call)) return;
    const key = keyOf(call, output);
    if (this.#response.has(key)) return;
    this.#response.add(key);
    if (!this.#seen.has(key) && (effects.has(call.name) || isMcpTool(call.name)))
      this.#counts.clear();
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#seen.add(key);
    this.#counts.set(key, count);
    if (this.#last === undefined || count > this.#last.count) this.#last = { ...call, count };
  }

  /** What the model is to be told after its last calls; throws once that was in vain. */
  takeAdvice(): InputEntry[] {
    const last = this.#last;
    this.#nextResponse();
    if (last === undefined || last.count <= nudgeAfter) return [];
    const times = `${last.name} was called ${last.count} times with the same arguments and the same result`;
    if (last.count > stopAfter) {
      throw new DaemonError(
        "noProgress",
        `stopped: ${times}; its work is kept. Say what to do instead`,
      );
    }
    return [note("repetition", `${times}. It will not change: try another way, or ask the user.`)];
  }

  #nextResponse(): void {
    this.#last = undefined;
    this.#response.clear();
  }
}

/** A look at a command that runs on is no repetition. */
function waits({ name, arguments: text }: Pick<ModelCall, "name" | "arguments">): boolean {
  return name === "write_stdin" && !/"chars"\s*:\s*"[^"]/.test(text);
}

/** How long something took is no result. */
function keyOf({ name, arguments: text }: Pick<ModelCall, "name" | "arguments">, output: string) {
  const result = output.replace(/^wall_s: .*$/m, "").replace(/(?<!\d)\d+(?:\.\d+)?\s?m?s\b/g, "");
  return createHash("sha256")
    .update(JSON.stringify([name, text, result]))
    .digest("base64");
}
