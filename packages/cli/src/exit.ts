import type { ErrorKind, Turn } from "@heddle/protocol";

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  unavailable: 69,
  waiting: 75,
  configuration: 78,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each of them tells a script. */
const exitMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: "done",
  failed: "failed",
  usage: "wrong usage",
  unavailable: "no daemon",
  waiting: "waits for an answer",
  configuration: "configuration",
  interrupted: "interrupted",
};

/** Every exit code with its meaning. */
export function exitCodeList(): [code: ExitCode, meaning: string][] {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return names.map((name) => [exitCodes[name], exitMeanings[name]]);
}

/** A failure of the command line's own, as a sentence for the user. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(exitCode: ExitCode, message: string, hint?: string) {
    super(message);
    this.name = "CliError";
    this.exitCode = exitCode;
    this.hint = hint;
  }
}

/** The command was called wrongly. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(exitCodes.usage, message, hint);
}

const codesByKind: Partial<Record<ErrorKind, ExitCode>> = {
  invalidParams: exitCodes.usage,
  overloaded: exitCodes.unavailable,
  unsupportedProtocol: exitCodes.unavailable,
  shuttingDown: exitCodes.unavailable,
  disconnected: exitCodes.unavailable,
  invalidConfig: exitCodes.configuration,
  noCredentials: exitCodes.configuration,
  interrupted: exitCodes.interrupted,
};

/** The exit code for an error that the daemon answered with, or stored with a row. */
export function exitCodeOfKind(kind: string): ExitCode {
  return codesByKind[kind as ErrorKind] ?? exitCodes.failed;
}

/** The exit code of a command that followed a turn this far. */
export function exitCodeOfTurn({ state, failure }: Turn): ExitCode {
  switch (state) {
    case "done":
      return exitCodes.ok;
    case "interrupted":
      return exitCodes.interrupted;
    case "doneUnverified":
      return exitCodes.failed;
    case "failed":
      return failure ? exitCodeOfKind(failure.kind) : exitCodes.failed;
    default:
      return exitCodes.waiting;
  }
}
