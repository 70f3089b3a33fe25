import { setTimeout as delay } from "node:timers/promises";
import { streamModel } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { InputEntry, Usage } from "../model-types.ts";
import { requestOf } from "../request.ts";
import { retryDelayMs } from "../retry.ts";
import type { TurnHost } from "../turn-host.ts";
import { note } from "./notes.ts";

const asked = note(
  "summarize",
  `The history gets too long for you and is about to be replaced by what you write now. Call no tool. Write, in at most 600 words, what you need to go on: what was decided and why, what was tried and what came of it, which files matter and what you found in them, what is left to do. The user's messages, your last calls, the plan and the changes so far are kept anyway.`,
);
const lengthLimit = 16_000;

/** What the model says of a history that is to be left out; undefined where it says nothing. */
export async function summaryOf(
  host: TurnHost,
  history: readonly InputEntry[],
  sentBytes: number,
): Promise<string | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const startedAt = performance.now();
    const answer: { text: string; usage: Usage | undefined } = { text: "", usage: undefined };
    const record = (outcome: string) => {
      const wallMs = Math.round(performance.now() - startedAt);
      host.recordRequest({ wallMs, outcome, usage: answer.usage, sentBytes });
    };
    try {
      const request = requestOf(host, [...history, asked]);
      for await (const event of streamModel(host.endpoint, request, { signal: host.signal })) {
        if (event.type === "textDelta") answer.text += event.text;
        if (event.type === "completed") answer.usage = event.usage;
      }
      record("completed");
      return answer.text.trim().slice(0, lengthLimit).toWellFormed() || undefined;
    } catch (error) {
      host.signal.throwIfAborted();
      if (!(error instanceof ModelError)) throw error;
      record(error.kind);
      const wait = retryDelayMs(error, attempt, Math.random);
      if (wait === undefined) return undefined;
      await delay(wait, undefined, { signal: host.signal });
    }
  }
}
