import type { Plan, ThreadView } from "@heddle/protocol";
import { shortId } from "../names.ts";
import { report } from "../report.ts";
import { isYes, Keyboard } from "../terminal/ask.ts";
import { onInterrupt } from "../terminal/interrupts.ts";
import { say } from "../terminal/output.ts";
import { turnParams } from "../turn-params.ts";
import { Answers } from "./answers.ts";
import { type Following, followThread } from "./follow-thread.ts";
import { runSlash } from "./run-slash.ts";
import { sayLeft } from "./run-turn.ts";
import type { Screen } from "./screen.ts";

export interface Conversation extends Following {
  readonly view: ThreadView;
  readonly screen: Screen;
}

/** Follows a thread and sends it what the user types, until the user leaves. */
export async function converse({ daemon, threadId, view, screen }: Conversation): Promise<void> {
  const leave = new AbortController();
  const left = () => leave.abort();
  const failed = (error: unknown) => say(report(error).text);

  const plan = {
    shown: () => screen.shownPlan,
    show: (one: Plan) => say(screen.showPlan(one)),
  };
  const take = async (text: string) => {
    if (await runSlash({ daemon, threadId, leave: left, plan, confirm }, text)) return;
    await daemon.call("turn/start", turnParams(threadId, text));
  };
  const send = (line: string) => {
    const text = line.trim();
    if (text !== "") take(text).catch(failed);
  };
  using keyboard = new Keyboard({ onLine: send, onEnd: left });
  const confirm = async (question: string) =>
    isYes(await keyboard.ask(`${question} [y/N] `, leave.signal));
  const hold = () => screen.hold();
  const release = () => screen.release();
  const answers = new Answers({ daemon, keyboard, hold, release, left, failed });
  // Others may watch the same turn: who leaves does not stop it for them.
  using _ = onInterrupt(left);

  for (const approval of view.approvals) {
    if (approval.state === "pending") answers.take(approval);
  }
  const following = { daemon, threadId, view, signal: leave.signal };
  await followThread(following, (notice) => {
    screen.show(notice);
    if (notice.type !== "event") return undefined;
    const { event } = notice;
    if (event.type === "approvalRequested" || event.type === "approvalResolved") {
      answers.take(event.approval);
    }
    return event.type === "threadUpdated" && event.thread.status === "archived" ? true : undefined;
  });
  screen.release();
  sayLeft(shortId(threadId));
}
