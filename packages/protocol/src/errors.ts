/**
 * Every error a client can receive, by kind. Numbers are never changed or used again.
 *
 * -327xx belong to JSON-RPC 2.0, -32000 to -32099 tell of the state of a connection, and positive
 * numbers are Heddle's own. Clients branch on `data.kind`, never on the message.
 */
export const errorCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,

  overloaded: -32000,
  notInitialized: -32001,
  unsupportedProtocol: -32002,
  shuttingDown: -32003,
  disconnected: -32004,

  notFound: 1001,
  conflict: 1002,
  idempotencyConflict: 1003,
  notGranted: 1004,
  notARepository: 1005,
  invalidConfig: 1006,
  providerUnavailable: 1007,
  noCredentials: 1008,
  sandboxUnavailable: 1009,
  threadBusy: 1010,
  threadArchived: 1011,
  staleReview: 1012,
  staleConsent: 1013,
  targetDirty: 1014,
  targetMoved: 1015,
  landingConflict: 1016,
  checkFailed: 1017,
  nothingToLand: 1018,
  seqPruned: 1019,
  gitFailed: 1020,
  storageFull: 1021,
  interrupted: 1022,
  patchRefused: 1023,
  outsideWorktree: 1024,
  tooLarge: 1025,
  detached: 1026,
  storageDamaged: 1027,
  budgetSpent: 1028,
  noProgress: 1029,
  mcpFailed: 1030,
  planRequired: 1040,
  stalePlan: 1041,
  reviewRefused: 1042,
} as const;

export type ErrorKind = keyof typeof errorCodes;

/** What stands in `error.data` of a response: the kind, and what the kind has to add. */
export interface ErrorData {
  readonly kind: ErrorKind;
  readonly [detail: string]: unknown;
}

export function isErrorData(data: unknown): data is ErrorData {
  return (
    typeof data === "object" &&
    data !== null &&
    "kind" in data &&
    Object.hasOwn(errorCodes, String(data.kind))
  );
}

/** A failure that a client is meant to read: what was expected, and what can be done about it. */
export class DaemonError extends Error {
  readonly kind: ErrorKind;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    kind: ErrorKind,
    message: string,
    details: Record<string, unknown> = {},
    options: ErrorOptions = {},
  ) {
    super(message, options);
    this.name = "DaemonError";
    this.kind = kind;
    this.details = details;
  }

  get code(): number {
    return errorCodes[this.kind];
  }
}

/** What something that was thrown says, whatever it is. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
