import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { paintOut, print, printJson } from "../terminal/output.ts";
import { newestReview, numbersIn, pickFindings, reviewText } from "./review-findings.ts";

interface Options {
  readonly undo?: boolean;
  readonly json?: boolean;
}

const details = `
A finding that was dismissed stays in the review, with who dismissed it and why. It stops no landing,
and --fix without numbers leaves it out.`;

export function dismissCommand(): Command {
  return command("dismiss")
    .description("Dismiss findings of a thread's review that are wrong.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("<numbers>", "as the review shows them, such as 1,3")
    .argument("[reason]", "why they are wrong")
    .option("--undo", "take it back")
    .option("--json", "print the review as JSON")
    .addHelpText("after", details)
    .action(dismiss);
}

async function dismiss(
  given: string,
  words: string,
  reason: string | undefined,
  { undo = false, json }: Options,
): Promise<void> {
  const numbers = numbersIn(words);
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  const review = await newestReview(daemon, { type: "thread", threadId });
  const changed = await daemon.call("review/dismiss", {
    reviewId: review.id,
    findings: pickFindings(review, numbers).map(({ id }) => id),
    dismissed: !undo,
    ...(reason !== undefined && { reason }),
  });
  if (json) return printJson(changed);
  print(reviewText(changed, paintOut()));
}
