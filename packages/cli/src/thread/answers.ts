import type { Approval, ApprovalId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Keyboard } from "../terminal/ask.ts";
import { paintWords, say } from "../terminal/output.ts";
import { answerPrompt, approvalText, parseAnswer } from "./approval-text.ts";

interface AnswersOptions {
  readonly daemon: HeddleClient;
  readonly keyboard: Keyboard;
  /** Called while a question stands, so that nothing else is written below it. */
  readonly hold: () => void;
  readonly release: () => void;
  /** The user ended the input instead of answering. */
  readonly left: () => void;
  readonly failed: (error: unknown) => void;
}

/** Puts a thread's approvals to the user, one at a time, as long as nobody else answers them. */
export class Answers {
  readonly #options: AnswersOptions;
  readonly #waiting: Approval[] = [];
  #asked: { id: ApprovalId; elsewhere: AbortController } | undefined;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Takes an approval as it is now: one that waits is asked about, another is withdrawn. */
  take(approval: Approval): void {
    if (approval.state === "pending") {
      this.#waiting.push(approval);
      this.#next();
    } else {
      this.#withdraw(approval.id);
    }
  }

  #withdraw(id: ApprovalId): void {
    const at = this.#waiting.findIndex((waiting) => waiting.id === id);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (this.#asked?.id === id) this.#asked.elsewhere.abort();
  }

  #next(): void {
    if (this.#asked) return;
    const approval = this.#waiting.shift();
    if (!approval) {
      this.#options.release();
      return;
    }
    const asked = { id: approval.id, elsewhere: new AbortController() };
    this.#asked = asked;
    this.#options.hold();
    this.#put(approval, asked.elsewhere.signal).then(
      (goesOn) => {
        this.#asked = undefined;
        if (goesOn) this.#next();
        else this.#options.left();
      },
      (error: unknown) => this.#options.failed(error),
    );
  }

  async #put(approval: Approval, elsewhere: AbortSignal): Promise<boolean> {
    say(`\n${approvalText(approval, paintWords())}`);
    while (!elsewhere.aborted) {
      const line = await this.#ask(approval, elsewhere);
      if (line === undefined) return elsewhere.aborted;
      const answer = parseAnswer(approval, line);
      if (!answer) continue;
      const { id: approvalId, hash } = approval;
      await this.#options.daemon.call("approval/resolve", { approvalId, hash, answer });
      return true;
    }
    return true;
  }

  async #ask(approval: Approval, elsewhere: AbortSignal): Promise<string | undefined> {
    try {
      return await this.#options.keyboard.ask(answerPrompt(approval), elsewhere);
    } catch (error) {
      if (!elsewhere.aborted) throw error;
      say("");
      return undefined;
    }
  }
}
