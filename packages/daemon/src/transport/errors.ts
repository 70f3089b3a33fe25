import { DaemonError, type ErrorKind, errorCodes } from "@heddle/protocol";
import {
  createJSONRPCErrorResponse,
  type JSONRPCErrorResponse,
  type JSONRPCID,
} from "json-rpc-2.0";

export type LogError = (message: string, details: { error: unknown }) => void;

/** The one place where a thrown value becomes a wire error; what is unexpected is only logged. */
export function toWireError(
  id: JSONRPCID,
  error: unknown,
  logError: LogError,
): JSONRPCErrorResponse {
  if (error instanceof DaemonError) return wireError(id, error.kind, error.message, error.details);
  if (isStorageFull(error)) {
    return wireError(id, "storageFull", "the disk is full; free some space and try again");
  }
  logError("unexpected error", { error });
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

function isStorageFull(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "SQLITE_FULL" || code === "ENOSPC";
}
