import type {
  Answer,
  Approval,
  Landing,
  ThreadId,
  ThreadView,
  Turn,
  TurnId,
} from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { paintWords } from "../terminal/output.ts";
import { followThread } from "../thread/follow-thread.ts";
import { Transcript } from "../thread/transcript.ts";
import { turnParams } from "../turn-params.ts";

interface Step {
  readonly text: string;
  readonly mode: "plan" | "implement" | "document";
  readonly planHash?: string;
  /** Answers what the turn asks. */
  readonly decide?: (approval: Approval) => Answer;
}

/** One thread, one turn after the other, all of it told on stderr. */
export class Walk {
  readonly #daemon: HeddleClient;
  readonly #threadId: ThreadId;
  readonly #signal: AbortSignal;
  readonly #transcript = new Transcript({ paint: paintWords() });
  #view: ThreadView;

  private constructor(daemon: HeddleClient, view: ThreadView, signal: AbortSignal) {
    this.#daemon = daemon;
    this.#threadId = view.thread.id;
    this.#view = view;
    this.#signal = signal;
  }

  static async of(daemon: HeddleClient, threadId: ThreadId, signal: AbortSignal): Promise<Walk> {
    const { hasOlder: _, ...view } = await daemon.call("thread/read", { threadId });
    return new Walk(daemon, view, signal);
  }

  /** Takes one turn to its end. */
  async turn({ text, mode, planHash, decide }: Step): Promise<Turn> {
    const hash = planHash === undefined ? {} : { planHash };
    const params = { ...turnParams(this.#threadId, text), mode, ...hash };
    const { id } = await this.#daemon.call("turn/start", params);
    return await this.until(id, decide);
  }

  /** Follows a turn that was started to its end. */
  async until(turnId: TurnId, decide?: Step["decide"]): Promise<Turn> {
    return await this.#follow((notice) => {
      if (notice.type !== "event") return undefined;
      const { event } = notice;
      if (event.type === "approvalRequested" && decide) this.#answer(event.approval, decide);
      const ended = event.type === "turnCompleted" && event.turn.id === turnId;
      return ended ? event.turn : undefined;
    });
  }

  async land(treeHash: string): Promise<Landing> {
    const params = { threadId: this.#threadId, treeHash };
    const { id } = await this.#daemon.call("thread/land", params);
    return await this.#follow((notice) => {
      if (notice.type !== "event" || notice.event.type !== "landingCompleted") return undefined;
      return notice.event.landing.id === id ? notice.event.landing : undefined;
    });
  }

  #answer(approval: Approval, decide: NonNullable<Step["decide"]>): void {
    const { id: approvalId, hash } = approval;
    const params = { approvalId, hash, answer: decide(approval) };
    // A connection that is lost ends what follows the thread as well.
    this.#daemon.call("approval/resolve", params).catch(() => {});
  }

  async #follow<Result>(see: (notice: ThreadNotice) => Result | undefined): Promise<Result> {
    const following = {
      daemon: this.#daemon,
      threadId: this.#threadId,
      view: this.#view,
      signal: this.#signal,
    };
    const { result, view } = await followThread(following, (notice) => {
      process.stderr.write(this.#transcript.add(notice));
      if (notice.type === "event" && notice.event.type === "threadUpdated") {
        const { failure } = notice.event.thread;
        if (failure) throw new CliError(exitCodes.failed, failure.message);
      }
      return see(notice);
    });
    this.#signal.throwIfAborted();
    if (result === undefined || view === undefined)
      throw new Error("a thread's events ended early");
    this.#view = view;
    return result;
  }
}
