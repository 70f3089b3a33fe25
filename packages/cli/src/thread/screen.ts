import type { Plan, ThreadId } from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";
import { paintOut, printJsonLine } from "../terminal/output.ts";
import { Transcript } from "./transcript.ts";

export type ScreenMode = "text" | "jsonl" | "silent";

/** Where a thread's stream goes: text for a person, a line of JSON an event, or nowhere. */
export class Screen {
  readonly #transcript = new Transcript({
    paint: paintOut(),
    reasoning: process.stdout.isTTY,
  });
  readonly mode: ScreenMode;
  readonly #threadId: ThreadId;
  #held: string | undefined;

  constructor(threadId: ThreadId, mode: ScreenMode) {
    this.#threadId = threadId;
    this.mode = mode;
  }

  show(notice: ThreadNotice): void {
    if (this.mode === "text") {
      this.#write(this.#transcript.add(notice));
    } else if (this.mode === "jsonl" && notice.type === "event") {
      printJsonLine({ threadId: this.#threadId, seq: notice.seq, event: notice.event });
    }
  }

  /** The plan, if what it says now is on the terminal. */
  get shownPlan(): Plan | undefined {
    return this.#held === undefined ? this.#transcript.shownPlan : undefined;
  }

  showPlan(plan: Plan): string {
    return this.#transcript.showPlan(plan);
  }

  /** Keeps what comes until `release`, below which a question stands. */
  hold(): void {
    this.#held ??= "";
  }

  release(): void {
    const held = this.#held ?? "";
    this.#held = undefined;
    this.#write(held);
  }

  #write(text: string): void {
    if (this.#held !== undefined) this.#held += text;
    else if (text !== "") process.stdout.write(text);
  }
}
