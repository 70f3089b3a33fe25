import { DaemonError } from "@heddle/protocol";
import { expect, test } from "vitest";
import { toWireError } from "./errors.ts";

const unheard = (): never => {
  throw new Error("nothing was to be logged");
};

test("a daemon's error is sent with its code, its message, its kind and its details", () => {
  const error = new DaemonError("notFound", "no thread thr_9", { threadId: "thr_9" });
  expect(toWireError("7", error, unheard)).toEqual({
    jsonrpc: "2.0",
    id: "7",
    error: {
      code: 1001,
      message: "no thread thr_9",
      data: { kind: "notFound", threadId: "thr_9" },
    },
  });
});

test("an unexpected error is logged, and only the log has its words", () => {
  const logged: unknown[] = [];
  const error = new Error("the key is sk-secret");
  const answer = toWireError(1, error, (_, { error }) => logged.push(error));
  expect(logged).toEqual([error]);
  expect(answer.error).toMatchObject({ code: -32603, data: { kind: "internal" } });
  expect(JSON.stringify(answer)).not.toContain("secret");
});

test.each(["ENOSPC", "SQLITE_FULL", "EROFS"])(
  "%s says that nothing can be stored, and what to do",
  (code) => {
    const error = Object.assign(new Error("write failed"), { code });
    expect(toWireError(1, error, unheard).error).toMatchObject({
      message: expect.stringMatching(/nothing can be stored; .*free some space/),
      data: { kind: "storageFull" },
    });
  },
);

test("damage of the database is logged, and says how it is restored", () => {
  const logged: unknown[] = [];
  const error = Object.assign(new Error("malformed"), { code: "SQLITE_CORRUPT_INDEX" });
  expect(toWireError(1, error, () => logged.push(error)).error).toMatchObject({
    message: expect.stringContaining("`heddle daemon restart`"),
    data: { kind: "storageDamaged" },
  });
  expect(logged).toEqual([error]);
});
