import { DaemonError, type ErrorKind, errorCodes } from "@heddle/protocol";
import { describe, expect, test } from "vitest";
import { CliError, exitCodeOfTurn, exitCodes, usageError } from "./exit.ts";
import { report } from "./report.ts";
import { turn } from "./thread/fixture.test.support.ts";

describe("an error of the daemon", () => {
  test("is one sentence, with what to do about it", () => {
    const error = new DaemonError("staleReview", "thread 9 changed since it was reviewed");
    expect(report(error)).toEqual({
      text:
        "heddle: thread 9 changed since it was reviewed\n" +
        "        look again with `heddle diff`, then land\n",
      exitCode: 1,
    });
  });

  test("ends with the code of its kind", () => {
    const kinds = Object.keys(errorCodes) as ErrorKind[];
    const codes = kinds.map((kind) => [kind, report(new DaemonError(kind, "x")).exitCode]);
    const special = codes.filter(([, code]) => code !== 1);
    expect(Object.fromEntries(special)).toEqual({
      invalidParams: 2,
      overloaded: 69,
      unsupportedProtocol: 69,
      shuttingDown: 69,
      disconnected: 69,
      invalidConfig: 78,
      noCredentials: 78,
      interrupted: 130,
    });
  });

  test("cannot act on the terminal", () => {
    const { text } = report(new DaemonError("notFound", "no thread \x1b[2J"));
    expect(text).toBe("heddle: no thread \\x1b[2J\n");
  });
});

test("an error of usage ends with 2", () => {
  expect(report(usageError("the task is empty"))).toEqual({
    text: "heddle: the task is empty\n",
    exitCode: 2,
  });
});

test("a fault of our own shows no stack", () => {
  expect(report(new TypeError("x is not a function")).text).toBe(
    "heddle: this is a fault in heddle: x is not a function\n",
  );
});

test("a hint stands below the message", () => {
  const error = new CliError(exitCodes.configuration, "bad", "do this");
  expect(report(error)).toEqual({ text: "heddle: bad\n        do this\n", exitCode: 78 });
});

test.each([
  [turn(), 0],
  [turn({ state: "failed" }), 1],
  [turn({ state: "failed", failure: { kind: "noCredentials", message: "", details: {} } }), 78],
  [turn({ state: "interrupted" }), 130],
  [turn({ state: "waitingForApproval" }), 75],
  [turn({ state: "waitingForUser" }), 75],
])("a turn that is $state ends with %i", (of, code) => {
  expect(exitCodeOfTurn(of)).toBe(code);
});
