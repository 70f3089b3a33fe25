import type { Review, ReviewFinding, ReviewTarget, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { count } from "../terminal/format.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { type Paint, plain } from "../terminal/style.ts";
import { findingText } from "../thread/plan-text.ts";
import type { PlanParams } from "./implement.ts";

/** A review as a person reads it; its findings are numbered as `--fix` takes them. */
export function reviewText(
  { findings, outside, summary, state, failure }: Review,
  paint: Paint = plain,
): string {
  if (state === "failed") return `the review failed: ${printable(failure?.message ?? "")}\n`;
  if (state === "running") return "the review has not ended\n";
  const list = findings.map((finding, at) => numbered(finding, at + 1, paint));
  const dropped = outside > 0 ? `, ${outside} outside of the change dropped` : "";
  const head = `${count(findings.length, "finding")}${dropped}`;
  return `${list.join("")}${head}\n${summary === null ? "" : `${printable(summary)}\n`}`;
}

function numbered(finding: ReviewFinding, number: number, paint: Paint): string {
  const { merged, dismissed } = finding;
  const said = merged > 0 ? `     (said ${merged + 1} times)\n` : "";
  const why = dismissed?.reason ? `: ${printableLine(dismissed.reason)}` : "";
  const gone = dismissed ? `     (dismissed by ${printableLine(dismissed.by.name)}${why})\n` : "";
  return `${String(number).padStart(3)} ${findingText(finding, paint)}${said}${gone}`;
}

/** `1,3` as numbers; undefined for anything else. */
export function parseNumbers(given: string): number[] | undefined {
  const words = given.split(",").map((word) => word.trim());
  if (!words.every((word) => /^[1-9]\d*$/.test(word))) return undefined;
  return [...new Set(words.map(Number))];
}

/** `1,3` as numbers. Throws for anything else. */
export function numbersIn(given: string): number[] {
  const numbers = parseNumbers(given);
  if (numbers) return numbers;
  throw usageError(`${given} is no list of numbers, such as 1,3`);
}

/** The newest review of what a thread is now, of which alone numbers can be meant. */
export async function newestReview(
  daemon: HeddleClient,
  target: ReviewTarget & { type: "thread" },
): Promise<Review> {
  const { threadId } = target;
  const { thread } = await daemon.call("thread/read", { threadId, limit: 1 });
  const { projectId } = thread;
  const { review } = await daemon.call("review/newest", { projectId, target });
  if (review) return review;
  throw notReviewed(`review it first: heddle review ${shortId(threadId)}`);
}

export function notReviewed(hint: string): CliError {
  const message = "there is no review of exactly what stands there now, and so no finding";
  return new CliError(exitCodes.failed, message, hint);
}

/** The findings of these numbers; without any, all that were not dismissed. */
export function pickFindings(
  { findings }: Review,
  numbers: readonly number[] | undefined,
): ReviewFinding[] {
  if (numbers === undefined) return findings.filter(({ dismissed }) => dismissed === null);
  return numbers.map((number) => {
    const finding = findings[number - 1];
    if (finding) return finding;
    throw usageError(`there is no finding ${number}: the review has ${findings.length}`);
  });
}

interface Sending {
  readonly threadId: ThreadId;
  readonly chosen: readonly ReviewFinding[];
  /** To which what the thread does then is held. */
  readonly plan: PlanParams;
}

/** Sends findings to a thread, and says so. */
export async function sendFindings(
  daemon: HeddleClient,
  { id: reviewId }: Review,
  { threadId, chosen, plan }: Sending,
): Promise<string> {
  if (chosen.length === 0) return "there is nothing to send";
  const findings = chosen.map(({ id }) => id);
  await daemon.call("review/fix", { reviewId, threadId, findings, ...plan });
  return `sent ${count(chosen.length, "finding")} to ${shortId(threadId)}`;
}
