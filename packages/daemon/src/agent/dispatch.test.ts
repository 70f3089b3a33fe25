import type { Item, ItemId } from "@heddle/protocol";
import { describe, expect, test } from "vitest";
import { dispatch } from "./dispatch.ts";
import type { ModelCall } from "./model-types.ts";
import type { ToolContext } from "./tools/tool.ts";
import type { TurnHost } from "./turn-host.ts";

/** A host that writes down which writes stood in one transaction. */
class WritingHost {
  readonly transactions: string[][] = [];
  #open: string[] | undefined;
  readonly worktree = "/work";
  readonly window = { bytesPerToken: 4 };
  readonly phase = { mode: "implement", afterEffect: async () => undefined };
  readonly mcp = { offers: [] };
  readonly patching = { tool: "apply_patch" };
  readonly isStarved = () => false;
  readonly signal = new AbortController().signal;

  atomically<T>(change: () => T): T {
    this.#open = [];
    try {
      return change();
    } finally {
      this.transactions.push(this.#open);
      this.#open = undefined;
    }
  }

  startItem(draft: object): object {
    return { ...draft, id: "itm_1" as ItemId };
  }

  completeItem({ type }: Item, state: string): void {
    this.#write(`${type} ${state}`);
  }

  remember(entries: readonly { readonly output?: unknown }[]): void {
    this.#write(...entries.map(({ output }) => `told: ${output}`));
  }

  authorize(): Promise<object> {
    return Promise.resolve({ allowed: false, message: "declined: no" });
  }

  ask(): Promise<string> {
    return Promise.resolve("blue");
  }

  #write(...writes: string[]): void {
    if (this.#open) this.#open.push(...writes);
    else this.transactions.push(writes);
  }
}

const call = (name: string, args: object): ModelCall => ({
  callId: "call_1",
  name,
  arguments: JSON.stringify(args),
  custom: false,
});

/** The writes of one call, transaction by transaction. */
async function writesOf(one: ModelCall): Promise<string[][]> {
  const host = new WritingHost();
  const guard = { add: () => undefined };
  const context = { host: host as unknown as TurnHost, guard, recovering: false };
  await dispatch([one], context as unknown as ToolContext);
  return host.transactions;
}

describe("what a person has said is stored along with what the model is told of it, as with", () => {
  test("an answer, so that nobody is asked again after a kill", async () => {
    expect(await writesOf(call("ask_user", { question: "Which colour?" }))).toEqual([
      ["toolCall completed", "told: blue"],
    ]);
  });

  test("a refusal, likewise", async () => {
    expect(await writesOf(call("exec_command", { cmd: "make" }))).toEqual([
      ["commandExecution declined", "told: declined: no"],
    ]);
  });
});
