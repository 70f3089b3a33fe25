import { DaemonError, type ErrorKind, errorCodes } from "@heddle/protocol";
import {
  createJSONRPCErrorResponse,
  type JSONRPCErrorResponse,
  type JSONRPCID,
} from "json-rpc-2.0";
import { isDamage, isStorageFault } from "../store/database.ts";

export type LogError = (message: string, details: { error: unknown }) => void;

/** The one place where a thrown value becomes a wire error; what is unexpected is only logged. */
export function toWireError(
  id: JSONRPCID,
  error: unknown,
  logError: LogError,
): JSONRPCErrorResponse {
  if (error instanceof DaemonError) return wireError(id, error.kind, error.message, error.details);
  if (isStorageFault(error)) {
    const message =
      "nothing can be stored; `heddle doctor` says why: free some space and try again";
    return wireError(id, "storageFull", message);
  }
  logError("unexpected error", { error });
  if (isDamage(error)) {
    const message = "the database is damaged; `heddle daemon restart` restores the last backup";
    return wireError(id, "storageDamaged", message);
  }
  return wireError(id, "internal", "internal error; the daemon's log has the details");
}

export function wireError(
  id: JSONRPCID,
  kind: ErrorKind,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): JSONRPCErrorResponse {
  return createJSONRPCErrorResponse(id, errorCodes[kind], message, { kind, ...details });
}
