import {
  type Project,
  type Review,
  type ReviewTarget,
  stopsLanding,
  type ThreadId,
} from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { canAsk, paintOut, print, printJson, say } from "../terminal/output.ts";
import { runTurn } from "../thread/run-turn.ts";
import { planToCarryOut } from "./implement.ts";
import { dismissCommand } from "./review-dismiss.ts";
import {
  notReviewed,
  parseNumbers,
  pickFindings,
  reviewText,
  sendFindings,
} from "./review-findings.ts";

interface Options {
  readonly uncommitted?: boolean;
  readonly branch?: string;
  readonly commit?: string;
  readonly project?: string;
  readonly model?: string;
  readonly fix?: boolean | string;
  readonly to?: string;
  readonly json?: boolean;
  readonly input: boolean;
}

const details = `
Exits with 1 where a finding of priority 0 or 1 stands. --fix sends all findings, or those whose
numbers are given (--fix 1,3), to the thread that was reviewed, or to the one of --to. It takes them
from the newest review of exactly what stands there now; without numbers, it makes one where there is
none. It exits with 0 once they are sent.
  heddle review dismiss THREAD 2 "why it is wrong"`;

export function reviewCommand(): Command {
  return command("review")
    .description("Review a change with a fresh context that can read, and write nothing.")
    .argument("[thread]", "what this thread changed")
    .option("--uncommitted", "what your checkout has on top of its commit")
    .option("--branch <branch>", "what a branch has on top of the target")
    .option("--commit <commit>", "one commit: a hash, a tag, HEAD~1")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-m, --model <model>", "as provider/model; else that of the role review")
    .option("--fix [numbers]", "send findings back to a thread")
    .option("--to <thread>", "the thread to send them to")
    .option("--no-input", "never ask")
    .option("--json", "print the review as JSON")
    .addHelpText("after", details)
    .addCommand(dismissCommand())
    .action(review);
}

async function review(given: string | undefined, options: Options): Promise<void> {
  const { named = given, numbers } = wanted(given, options);
  using daemon = await openDaemon();
  const threadId = named === undefined ? undefined : await findThread(daemon, named);
  const target = targetOf(threadId, options);
  const { id: projectId } = await projectOf(daemon, threadId, options);
  const subject = { projectId, target };
  if (options.fix !== undefined) {
    const to = options.to === undefined ? threadId : await findThread(daemon, options.to);
    return await fix(daemon, subject, { to, numbers, options });
  }
  const ended = await start(daemon, subject, options);
  show(ended, options);
  process.exitCode = codeOf(ended);
}

interface Subject {
  readonly projectId: Project["id"];
  readonly target: ReviewTarget;
}

/** What stands behind --fix: numbers, or the thread, where it is named nowhere else. */
function wanted(
  given: string | undefined,
  { fix, uncommitted, branch, commit }: Options,
): { named?: string; numbers?: number[] } {
  if (typeof fix !== "string") return {};
  const numbers = parseNumbers(fix);
  if (numbers !== undefined) return { numbers };
  if (given === undefined && !uncommitted && branch === undefined && commit === undefined) {
    return { named: fix };
  }
  const hint = given === undefined ? "name the thread to send them to with --to" : undefined;
  throw usageError(`${fix} is no list of numbers, such as 1,3`, hint);
}

interface Fix {
  readonly to: ThreadId | undefined;
  readonly numbers: readonly number[] | undefined;
  readonly options: Options;
}

/** Numbers are of the list that was shown: a new review would give them another meaning. */
async function fix(
  daemon: HeddleClient,
  subject: Subject,
  { to: threadId, numbers, options }: Fix,
): Promise<void> {
  if (threadId === undefined) {
    throw usageError("--fix needs a thread to send findings to", "name it with --to");
  }
  const plan = await planToCarryOut(daemon, threadId);
  const { review: known } = await daemon.call("review/newest", subject);
  if (!known && numbers) throw notReviewed("look at them first: the same without --fix");
  const review = known ?? (await start(daemon, subject, options));
  const chosen = pickFindings(review, numbers);
  show(review, options);
  if (review.state !== "done") {
    process.exitCode = exitCodes.failed;
    return;
  }
  say(await sendFindings(daemon, review, { threadId, chosen, plan }));
  if (chosen.length > 0) say(`follow it with: heddle attach ${shortId(threadId)}`);
}

async function start(daemon: HeddleClient, subject: Subject, options: Options): Promise<Review> {
  const { model } = options;
  const params = { ...subject, ...(model !== undefined && { model }) };
  return await follow(daemon, await daemon.call("review/start", params), options);
}

function show(review: Review, { json }: Options): void {
  if (json) printJson(review);
  else print(reviewText(review, paintOut()));
}

function targetOf(threadId: ThreadId | undefined, options: Options): ReviewTarget {
  const { uncommitted, branch, commit } = options;
  const chosen: ReviewTarget[] = [
    ...(threadId === undefined ? [] : [{ type: "thread", threadId } as const]),
    ...(uncommitted ? [{ type: "uncommitted" } as const] : []),
    ...(branch === undefined ? [] : [{ type: "branch", branch } as const]),
    ...(commit === undefined ? [] : [{ type: "commit", commit } as const]),
  ];
  const [target, ...others] = chosen;
  if (others.length > 0) throw usageError("review one thing at a time");
  if (target) return target;
  const hint = options.fix === undefined ? undefined : "heddle review THREAD --fix 1,3";
  throw usageError("say what to review: a thread, --uncommitted, --branch or --commit", hint);
}

async function projectOf(
  daemon: HeddleClient,
  threadId: ThreadId | undefined,
  { project }: Options,
): Promise<Pick<Project, "id">> {
  if (threadId === undefined) return await chooseProject(daemon, project);
  const { thread } = await daemon.call("thread/read", { threadId, limit: 1 });
  return { id: thread.projectId };
}

async function follow(daemon: HeddleClient, review: Review, options: Options): Promise<Review> {
  const { thread, turns, ...rest } = await daemon.call("thread/read", {
    threadId: review.threadId,
  });
  const turn = turns.find(({ id }) => id === review.turnId);
  if (turn === undefined) throw new CliError(exitCodes.failed, "the review's turn is gone");
  say(`reviewing in thread ${shortId(thread.id)}`);
  const view = { thread, turns, ...rest };
  const asks = canAsk(options);
  const shared = { daemon, turn, view, landing: undefined, asks, interrupts: true };
  await runTurn({ ...shared, mode: "silent" });
  return await daemon.call("review/read", { reviewId: review.id });
}

function codeOf({ state, findings }: Review): ExitCode {
  const isFailed = state !== "done" || findings.some(stopsLanding);
  return isFailed ? exitCodes.failed : exitCodes.ok;
}
