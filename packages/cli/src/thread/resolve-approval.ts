import type { Answer, Approval } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { findApproval } from "../lookup.ts";
import { shortId } from "../names.ts";
import { printJson, say } from "../terminal/output.ts";
import { answered } from "./approval-text.ts";

/** Answers the approval that the user named, for exactly what it says now. */
export async function resolveApproval(
  daemon: HeddleClient,
  given: string,
  { answer, json }: { answer: Answer; json: boolean },
): Promise<void> {
  const { id, hash, ...rest } = await findApproval(daemon, given);
  checkFits({ id, hash, ...rest }, answer);
  const result = await daemon.call("approval/resolve", { approvalId: id, hash, answer });
  if (json) printJson(result.approval);
  const outcome = answered(result.approval);
  if (!result.resolved) throw new CliError(exitCodes.failed, `too late: it was ${outcome}`);
  if (!json) say(`${shortId(id)}: ${outcome}`);
}

function checkFits({ id, kind }: Approval, { type }: Answer): void {
  const short = shortId(id);
  if (kind === "question" && type === "accept") {
    throw usageError(`${short} is a question`, `answer it with: heddle answer ${short} "…"`);
  }
  if (kind === "effect" && type === "text") {
    throw usageError(
      `${short} asks for consent`,
      `answer it with: heddle approve ${short}, or heddle deny ${short} --comment "…"`,
    );
  }
}
