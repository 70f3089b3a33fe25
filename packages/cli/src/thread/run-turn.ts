import type { Approval, Diff, Landing, Thread, ThreadView, Turn } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { CliError, type ExitCode, exitCodeOfKind, exitCodeOfTurn, exitCodes } from "../exit.ts";
import { shortId } from "../names.ts";
import { onInterrupt } from "../terminal/interrupts.ts";
import { paintWords, printJson, say } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import { answerCommands, approvalText } from "./approval-text.ts";
import { diffStat, diffTotals } from "./diff-text.ts";
import { landThread } from "./land-thread.ts";
import { Screen } from "./screen.ts";
import { landingLine } from "./turn-lines.ts";
import { type Outcome, watchTurn } from "./watch-turn.ts";

export interface TurnRun {
  readonly daemon: HeddleClient;
  readonly turn: Turn;
  /** `silent`: the caller shows what came of it. */
  readonly mode: "text" | "json" | "jsonl" | "silent";
  /** How to land what the turn did, if it is to be landed. */
  readonly landing: { readonly squash: boolean } | undefined;
  readonly asks: boolean;
  /** Whether Ctrl+C stops the turn; otherwise it only leaves, as for one that others have started. */
  readonly interrupts: boolean;
  readonly view?: ThreadView | undefined;
  /** A screen that has shown the thread so far. */
  readonly screen?: Screen;
}

/** What `--json` prints at the end, with the thread. */
interface RunDocument {
  turn: Turn;
  approvals: readonly Approval[];
  diff: (ReturnType<typeof diffTotals> & { treeHash: string }) | null;
  landing: Landing | null;
}

/** Follows a turn to its end, lands it if asked to, and returns the exit code. */
export async function runTurn(run: TurnRun): Promise<ExitCode> {
  const { daemon, turn, mode } = run;
  const { threadId, id: turnId } = turn;
  const document: RunDocument = { turn, approvals: [], diff: null, landing: null };
  const screen = run.screen ?? new Screen(threadId, mode === "json" ? "silent" : mode);
  const leave = new AbortController();
  let running = true;
  using _ = onInterrupt((times) => {
    if (!run.interrupts || !running || times > 1) return leave.abort();
    say("interrupting the turn; Ctrl+C again leaves it to itself");
    daemon.call("turn/interrupt", { turnId }).catch(() => leave.abort());
  });

  const watch = { ...run, threadId, turnId, screen, signal: leave.signal };
  try {
    const { outcome, view } = await watchTurn(watch);
    running = false;
    record(document, outcome, view);
    const code = sayOutcome(outcome, run);
    // A turn can be interrupted before its worktree is made.
    if (outcome.type !== "ended" || !view?.thread.worktree) return code;
    // A review changes nothing, and its worktree is put away by now.
    if (outcome.turn.mode === "review") return code;
    const diff = await daemon.call("thread/diff", { threadId });
    document.diff = { ...diffTotals(diff), treeHash: diff.treeHash };
    sayDiff(diff, run);
    if (run.landing && outcome.turn.state === "doneUnverified") sayUnproven(run);
    if (code !== exitCodes.ok || !run.landing) return code;
    return await land({ ...watch, ...run.landing, diff, view }, document);
  } finally {
    if (mode === "json") printJson({ ...document, thread: await threadNow(run) });
  }
}

/** The thread as it is at the end; nothing where the daemon is gone. */
async function threadNow({ daemon, turn: { threadId } }: TurnRun): Promise<Thread | null> {
  const read = daemon.call("thread/read", { threadId, limit: 1 });
  return await read.then(
    ({ thread }) => thread,
    () => null,
  );
}

function record(document: RunDocument, outcome: Outcome, view: ThreadView | undefined): void {
  if (outcome.type === "ended") document.turn = outcome.turn;
  else document.turn = view?.turns.find(({ id }) => id === document.turn.id) ?? document.turn;
  if (outcome.type === "waiting") document.approvals = outcome.approvals;
}

function sayOutcome(outcome: Outcome, { turn, mode }: TurnRun): ExitCode {
  switch (outcome.type) {
    case "ended":
      if (mode !== "text" && outcome.turn.failure) {
        say(`heddle: ${printable(outcome.turn.failure.message)}`);
      }
      return exitCodeOfTurn(outcome.turn);
    case "unprepared":
      say(`heddle: ${printable(outcome.failure.message)}`);
      return exitCodeOfKind(outcome.failure.kind);
    case "left":
      sayLeft(shortId(turn.threadId));
      return exitCodes.interrupted;
    case "waiting":
      sayWaiting(outcome.approvals, turn);
      return exitCodes.waiting;
  }
}

/** Consent beforehand was for work that is proven. */
function sayUnproven({ turn }: TurnRun): void {
  const short = shortId(turn.threadId);
  say("heddle: not landed: the turn ended without proof");
  say(
    `        look at it with: heddle diff ${short}    land it all the same: heddle land ${short}`,
  );
}

/** Said to whoever stops watching. */
export function sayLeft(short: string): void {
  say(`left; the thread goes on. Come back with: heddle attach ${short}`);
  say(`to stop its turn: heddle interrupt ${short}`);
}

function sayWaiting(approvals: readonly Approval[], { threadId }: Turn): void {
  say(`\nthread ${shortId(threadId)} waits for an answer`);
  for (const approval of approvals) {
    say(`${approvalText(approval, paintWords())}${answerCommands(approval)}`);
  }
  say(`then follow it with: heddle attach ${shortId(threadId)}`);
}

function sayDiff(diff: Diff, { turn, mode, landing }: TurnRun): void {
  if (mode !== "text" || diff.files.length === 0) return;
  say(diffStat(diff, paintWords()));
  const short = shortId(turn.threadId);
  if (!landing) say(`look at it with: heddle diff ${short}    land it with: heddle land ${short}`);
}

type LandStep = Parameters<typeof watchTurn>[0] & { diff: Diff; view: ThreadView; squash: boolean };

async function land(step: LandStep, document: RunDocument): Promise<ExitCode> {
  const { diff, threadId } = step;
  if (diff.files.length === 0) {
    throw new CliError(exitCodes.failed, "there is nothing to land: the thread changed no file");
  }
  const landing = await landThread({ ...step, treeHash: diff.treeHash });
  document.landing = landing ?? null;
  if (!landing) {
    say(`the landing goes on; see it with: heddle attach ${shortId(threadId)}`);
    return exitCodes.interrupted;
  }
  return landingCode(landing, step.screen);
}

/** The exit code of a landing; a refusal is said where the screen did not show it. */
export function landingCode(landing: Landing, screen: Screen): ExitCode {
  if (landing.state === "landed") return exitCodes.ok;
  if (screen.mode !== "text") say(landingLine(landing, paintWords()));
  return exitCodes.failed;
}
