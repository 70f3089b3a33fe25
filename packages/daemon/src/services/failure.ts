import { DaemonError, type Failure } from "@heddle/protocol";
import { isStorageFault } from "../store/database.ts";

/** A failure as it is stored with a row; what is unexpected keeps its text to the log. */
export function toFailure(error: unknown): Failure {
  if (error instanceof DaemonError) {
    return { kind: error.kind, message: error.message, details: { ...error.details } };
  }
  if (isStorageFault(error)) {
    return { kind: "storageFull", message: "the daemon could not write to its disk", details: {} };
  }
  return { kind: "internal", message: "internal error; see the daemon's log", details: {} };
}
