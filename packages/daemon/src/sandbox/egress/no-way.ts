/** Why a request of a box leads nowhere, with the status that says so; its message is shown. */
export class NoWay extends Error {
  readonly status: 400 | 403 | 502 | 504;

  constructor(status: NoWay["status"], message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "NoWay";
    this.status = status;
  }
}

/** What is told of a failure: only what was meant to be. */
export function toNoWay(error: unknown): NoWay {
  return error instanceof NoWay ? error : new NoWay(502, "the connection was lost", error);
}
