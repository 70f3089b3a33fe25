import type { Approval, ApprovalId, Item, ThreadId, ThreadView } from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";
import { isYes } from "../terminal/ask.ts";
import { say } from "../terminal/output.ts";
import type { Paint } from "../terminal/style.ts";
import { answered, answerPrompt, approvalText, parseAnswer } from "../thread/approval-text.ts";
import { followThread } from "../thread/follow-thread.ts";
import type { Ground } from "../thread/ground.ts";
import { LineProse } from "../thread/prose.ts";
import { runSlash } from "../thread/run-slash.ts";
import { Transcript } from "../thread/transcript.ts";
import { FactsKeeper } from "./facts-keeper.ts";
import { fits, type Room, type Sight } from "./frame.ts";
import { MarkdownProse } from "./markdown-prose.ts";
import { partsOf } from "./parts.ts";
import { queuedTurns, runningTurn, statusLine } from "./status-line.ts";
import type { Ui } from "./ui.ts";

export interface SessionOptions {
  readonly daemon: HeddleClient;
  readonly ui: Ui;
  readonly paint: Paint;
  readonly view: ThreadView;
  readonly lists: NonNullable<Ground["lists"]>;
  readonly failed: (error: unknown) => void;
  /** Whether the thread's worktree has the file. */
  readonly hasFile: (path: string) => boolean;
}

interface Question {
  readonly text: string;
  readonly answer: (yes: boolean) => void;
}

/** One thread on the terminal: what is shown of it, and what the user does to it. */
export class ThreadSession {
  readonly threadId: ThreadId;
  readonly #options: SessionOptions;
  readonly #transcript: Transcript;
  readonly #facts: FactsKeeper;
  readonly #left = new AbortController();
  readonly #told = new Set<ApprovalId>();
  #view: ThreadView;
  #question: Question | undefined;
  /** What stood there before the text was begun: the text is no answer to anything else. */
  #seen: ApprovalId | undefined;

  constructor(options: SessionOptions) {
    const { daemon, ui, paint, view } = options;
    this.#options = options;
    this.#view = view;
    this.threadId = view.thread.id;
    this.#facts = new FactsKeeper(daemon, this.threadId, () => ui.draw());
    const dim = (text: string) => paint("dim", text);
    this.#transcript = new Transcript({
      paint,
      reasoning: true,
      prose: (type) =>
        type === "reasoning"
          ? new LineProse(dim)
          : new MarkdownProse(paint, () => ui.room.columns - 1),
    });
  }

  get view(): ThreadView {
    return this.#view;
  }

  /** Shows a notice of the past, or of now. */
  show(notice: ThreadNotice): void {
    this.#options.ui.append(this.#transcript.add(notice));
  }

  /** Follows the thread until `leave`, or until it is archived. */
  async follow(): Promise<void> {
    const { daemon, ui } = this.#options;
    const { threadId } = this;
    this.#facts.refresh();
    const following = { daemon, threadId, view: this.#view, signal: this.#left.signal };
    await followThread(following, (notice, view) => {
      this.#view = view;
      this.show(notice);
      ui.draw();
      if (notice.type !== "event") return undefined;
      this.#facts.see(notice.event);
      return view.thread.status === "archived" ? true : undefined;
    });
  }

  leave(): void {
    this.#settle(false);
    this.#left.abort();
  }

  sight(room: Room): Omit<Sight, "input"> {
    const { paint } = this.#options;
    const { running } = this.#transcript;
    const standing = { view: this.#view, facts: this.#facts.latest };
    const status = statusLine(standing, room.columns - 1, paint);
    return { running, status, ...this.#asked(room) };
  }

  /** What waits for the user. One that does not fit goes to the finished text, all of it. */
  #asked(room: Room): Pick<Sight, "pending" | "prompt"> {
    const { ui, paint } = this.#options;
    if (this.#question) return { pending: "", prompt: `${this.#question.text} [y/N]` };
    const approval = this.#pending();
    if (!approval) return { pending: "", prompt: "" };
    if (ui.composer.isEmpty) this.#seen = approval.id;
    const text = approvalText(approval, paint);
    const prompt = paint("yellow", answerPrompt(approval).trim());
    if (!this.#told.has(approval.id) && fits(text, room)) return { pending: text, prompt };
    if (!this.#told.has(approval.id)) ui.append(text);
    this.#told.add(approval.id);
    return { pending: "", prompt };
  }

  #pending(): Approval | undefined {
    return this.#view.approvals.find(({ state }) => state === "pending");
  }

  submit(text: string): void {
    const { composer } = this.#options.ui;
    if (this.#question) {
      this.#settle(isYes(text));
      // What was meant for the agent is not lost on a question that came in between.
      if (!/^(y(es)?|no?)?$/i.test(text.trim())) composer.text = text;
    } else if (text.trim() !== "") {
      this.#send(text);
    }
  }

  #send(text: string): void {
    this.#options.ui.composer.remember(text);
    const pending = this.#pending();
    const approval = pending?.id === this.#seen ? pending : undefined;
    this.#try(() => this.#take(text, approval), text);
  }

  async #take(text: string, approval: Approval | undefined): Promise<void> {
    const { daemon } = this.#options;
    const { threadId } = this;
    if (await runSlash(this.#ground(), text)) return;
    if (approval) return await this.#answer(approval, text);
    await daemon.call("turn/start", { threadId, input: this.#parts(text) });
  }

  #ground(): Ground {
    const { daemon, ui, lists } = this.#options;
    return {
      daemon,
      threadId: this.threadId,
      leave: () => this.leave(),
      plan: {
        shown: () => this.#transcript.shownPlan,
        show: (plan) => ui.append(this.#transcript.showPlan(plan)),
      },
      confirm: (question) => this.#confirm(question),
      lend: (work) => ui.lend(work),
      lists,
    };
  }

  async #answer(approval: Approval, text: string): Promise<void> {
    const answer = parseAnswer(approval, text);
    if (!answer) {
      this.#options.ui.composer.text = text;
      return say("that is no answer; /steer with a text tells the agent something");
    }
    const { id: approvalId, hash } = approval;
    const done = await this.#options.daemon.call("approval/resolve", { approvalId, hash, answer });
    if (!done.resolved) say(`too late: it was ${answered(done.approval)}`);
  }

  /** Sends the text into the turn that runs. */
  steer(): void {
    const { daemon, ui } = this.#options;
    const { threadId } = this;
    const text = ui.composer.text.trim();
    if (text === "") return;
    ui.composer.text = "";
    ui.composer.remember(text);
    this.#try(() => daemon.call("turn/steer", { threadId, input: this.#parts(text) }), text);
  }

  /** Esc: what is nearest is taken back, and the turn last. */
  escape(): void {
    const { composer } = this.#options.ui;
    if (this.#question) this.#settle(false);
    else if (!composer.isEmpty) this.clear();
    else this.#interrupt();
  }

  clear(): void {
    this.#options.ui.composer.text = "";
  }

  switchPlanMode(): void {
    const { threadId } = this;
    const on = !this.#view.thread.planMode;
    this.#try(() => this.#options.daemon.call("thread/planMode", { threadId, on }));
  }

  #interrupt(): void {
    const turn = runningTurn(this.#view) ?? queuedTurns(this.#view)[0];
    if (turn) this.#try(() => this.#options.daemon.call("turn/interrupt", { turnId: turn.id }));
  }

  #parts(text: string) {
    return partsOf(text, this.#options.hasFile);
  }

  #confirm(text: string): Promise<boolean> {
    this.#settle(false);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#question = { text, answer: resolve };
    this.#options.ui.draw();
    return promise;
  }

  #settle(yes: boolean): void {
    this.#question?.answer(yes);
    this.#question = undefined;
  }

  /** A text that could not be sent is given back. */
  #try(work: () => Promise<unknown>, text = ""): void {
    const { composer } = this.#options.ui;
    work().catch((error: unknown) => {
      if (composer.isEmpty) composer.text = text;
      this.#options.failed(error);
    });
  }
}

/** What the user has said in a thread, oldest first. */
export function saidIn(items: readonly Item[]): string[] {
  return items.flatMap((item) =>
    item.type === "userMessage"
      ? item.input.flatMap((part) => (part.type === "text" ? [part.text] : []))
      : [],
  );
}
