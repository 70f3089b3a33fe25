import { DaemonError } from "@heddle/protocol";
import { namespaceMend } from "./namespaces.ts";

/**
 * The error of every failure to confine: nothing runs, and the message says how to mend it. What
 * needs more than a line stands in `details.mend`, for `heddle doctor`.
 */
export function unavailable(message: string, cause?: unknown, mend?: string): DaemonError {
  const details = mend === undefined ? {} : { mend };
  return new DaemonError(
    "sandboxUnavailable",
    message,
    details,
    cause === undefined ? {} : { cause },
  );
}

/** What bubblewrap itself said, with the cure where one is known. */
export function bwrapFailure(stderr: string): DaemonError {
  const said = stderr.trim().split("\n").at(-1) || "bwrap ended early";
  const { cure, mend } = remedy(said);
  return unavailable(`the sandbox did not start: ${said}; ${cure}`, undefined, mend);
}

function remedy(said: string): { readonly cure: string; readonly mend: string } {
  if (/uid map|namespace|Operation not permitted|userns/i.test(said)) {
    const cure = "allow unprivileged user namespaces: `heddle doctor` says how";
    return { cure, mend: namespaceMend() };
  }
  if (/execvp \/bin\/bash/.test(said)) {
    const mend = "install bash, so that /bin/bash is there and can be run";
    return { cure: mend, mend };
  }
  return { cure: "run `heddle doctor`", mend: "report it with this output" };
}
