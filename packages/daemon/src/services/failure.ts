import { DaemonError, type Failure } from "@heddle/protocol";

/** A failure as it is stored with a row; what is unexpected keeps its text to the log. */
export function toFailure(error: unknown): Failure {
  if (error instanceof DaemonError) {
    return { kind: error.kind, message: error.message, details: { ...error.details } };
  }
  return { kind: "internal", message: "internal error; see the daemon's log", details: {} };
}
