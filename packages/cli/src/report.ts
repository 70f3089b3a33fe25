import { DaemonError, type ErrorKind, messageOf } from "@heddle/protocol";
import { CliError, type ExitCode, exitCodeOfKind, exitCodes } from "./exit.ts";
import { printable } from "./terminal/printable.ts";

const hints: Partial<Record<ErrorKind, string>> = {
  overloaded: "try again in a moment",
  sandboxUnavailable: "`heddle doctor` says what is missing and how to mend it",
  stalePlan: "look again with `heddle plan show`",
  staleReview: "look again with `heddle diff`, then land",
  staleConsent: "look again with `heddle approvals`, then answer",
  threadBusy: "wait for it with `heddle attach`, or stop it with `heddle interrupt`",
  internal: "`heddle daemon logs` has the details",
};

/** What a failed command says on stderr, and the code it ends with. Never a stack. */
export function report(error: unknown): { text: string; exitCode: ExitCode } {
  if (error instanceof CliError) return said(error.message, error.hint, error.exitCode);
  if (error instanceof DaemonError) {
    const { message, kind, details } = error;
    const hint = typeof details.hint === "string" ? details.hint : hints[kind];
    return said(message, hint, exitCodeOfKind(kind));
  }
  const message = messageOf(error);
  return said(`this is a fault in heddle: ${message}`, undefined, exitCodes.failed);
}

function said(message: string, hint: string | undefined, exitCode: ExitCode) {
  const lines = hint ? [`heddle: ${message}`, `        ${hint}`] : [`heddle: ${message}`];
  return { text: `${printable(lines.join("\n"))}\n`, exitCode };
}
