import type { Project, Review, ReviewTarget, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, type ExitCode, exitCodes, usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { count } from "../terminal/format.ts";
import { canAsk, paintOut, print, printJson, say } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";
import { findingText } from "../thread/plan-text.ts";
import { runTurn } from "../thread/run-turn.ts";

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
numbers are given (--fix 1,3), to the thread that was reviewed, or to the one of --to.`;

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
    .action(review);
}

async function review(given: string | undefined, options: Options): Promise<void> {
  using daemon = await openDaemon();
  const threadId = given === undefined ? undefined : await findThread(daemon, given);
  const target = targetOf(threadId, options);
  const to = options.to === undefined ? threadId : await findThread(daemon, options.to);
  if (options.fix !== undefined && to === undefined) {
    throw usageError("--fix needs a thread to send findings to", "name it with --to");
  }
  const { id: projectId } = await projectOf(daemon, threadId, options);
  const { model } = options;
  const started = await daemon.call("review/start", {
    projectId,
    target,
    ...(model !== undefined && { model }),
  });
  const ended = await follow(daemon, started, options);
  if (options.json) printJson(ended);
  else print(reviewText(ended));
  process.exitCode = codeOf(ended);
  if (options.fix !== undefined && to !== undefined) await fix(daemon, ended, to, options.fix);
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
  throw usageError("say what to review: a thread, --uncommitted, --branch or --commit");
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

function reviewText({ findings, outside, summary, state, failure }: Review): string {
  if (state === "failed") return `the review failed: ${printable(failure?.message ?? "")}\n`;
  const list = findings.map((finding, at) => {
    const said = finding.merged > 0 ? `     (said ${finding.merged + 1} times)\n` : "";
    return `${String(at + 1).padStart(3)} ${findingText(finding, paintOut())}${said}`;
  });
  const dropped = outside > 0 ? `, ${outside} outside of the change dropped` : "";
  const head = `${count(findings.length, "finding")}${dropped}`;
  return `${list.join("")}${head}\n${summary === null ? "" : `${printable(summary)}\n`}`;
}

function codeOf({ state, findings }: Review): ExitCode {
  const grave = state !== "done" || findings.some(({ priority }) => priority <= 1);
  return grave ? exitCodes.failed : exitCodes.ok;
}

async function fix(
  daemon: HeddleClient,
  { id: reviewId, findings }: Review,
  threadId: ThreadId,
  chosen: boolean | string,
): Promise<void> {
  if (findings.length === 0) return say("there is nothing to send");
  const numbers = typeof chosen === "string" ? chosen.split(",").map(Number) : undefined;
  const picked = numbers?.map((number) => {
    const finding = findings[number - 1];
    if (finding) return finding.id;
    throw usageError(`there is no finding ${chosen}; they are numbered from 1`);
  });
  const params = { reviewId, threadId, ...(picked && { findings: picked }) };
  await daemon.call("review/fix", params);
  say(`sent ${count(picked?.length ?? findings.length, "finding")} to ${shortId(threadId)}`);
  say(`follow it with: heddle attach ${shortId(threadId)}`);
}
