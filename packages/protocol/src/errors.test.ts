import { expect, test } from "vitest";
import { DaemonError, errorCodes } from "./errors.ts";

test("no two kinds of error have the same code", () => {
  const codes = Object.values(errorCodes);
  expect(new Set(codes).size).toBe(codes.length);
});

test("every code lies in the range of what it tells of", () => {
  const ranges = Object.values(errorCodes).map((code) =>
    code > 0
      ? code > 1000
      : (code >= -32099 && code <= -32000) || (code >= -32768 && code < -32599),
  );
  expect(ranges).not.toContain(false);
});

test("JSON-RPC's own errors have the codes of its specification", () => {
  const { parseError, invalidRequest, methodNotFound, invalidParams, internal } = errorCodes;
  expect([parseError, invalidRequest, methodNotFound, invalidParams, internal]).toEqual([
    -32700, -32600, -32601, -32602, -32603,
  ]);
});

test("an error carries the code of its kind, its details and its cause", () => {
  const cause = new Error("underneath");
  const error = new DaemonError("notFound", "no thread", { threadId: "thr" }, { cause });
  expect(error).toMatchObject({
    kind: "notFound",
    code: 1001,
    details: { threadId: "thr" },
    cause,
  });
});
