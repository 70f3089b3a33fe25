import { DaemonError } from "@heddle/protocol";

/** The error of every failure to confine: nothing runs, and the message says how to mend it. */
export function unavailable(message: string, cause?: unknown): DaemonError {
  return new DaemonError("sandboxUnavailable", message, {}, cause === undefined ? {} : { cause });
}

/** What bubblewrap itself said, with the cure where one is known. */
export function bwrapFailure(stderr: string): DaemonError {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  const namespaces = /uid map|new namespace|Operation not permitted|setting up.*userns/i.test(said);
  const cure = namespaces
    ? "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu an AppArmor profile for /usr/bin/bwrap)"
    : "run `heddle doctor`";
  return unavailable(`the sandbox did not start: ${said || "bwrap ended early"}; ${cure}`);
}
