import { describe, expect, test } from "vitest";
import { isFullId, pick, shortId } from "./names.ts";

const candidate = (id: string, ...names: string[]) => ({ id, names, label: names[0] ?? "" });
const parser = candidate(
  "thr_01990000-0000-7000-8000-00000000aaa1",
  "fix-parser",
  "heddle/fix-parser",
);
const lexer = candidate(
  "thr_01990000-1111-7000-8000-00000000bbb1",
  "fix-lexer",
  "heddle/fix-lexer",
);
const all = [parser, lexer];

describe("a thread is found", () => {
  test.each([parser.id, "0000aaa1", "aaa1", "fix-parser", "heddle/fix-parser", "AAA1"])(
    "by %s",
    (given) => {
      expect(pick("thread", given, all)).toBe(parser);
    },
  );

  test("by the beginning of its id, with or without the prefix", () => {
    expect(pick("thread", "thr_01990000-1111", all)).toBe(lexer);
    expect(pick("thread", "01990000-1111", all)).toBe(lexer);
  });

  test("by a part of its branch that only one has", () => {
    expect(pick("thread", "lex", all)).toBe(lexer);
    expect(() => pick("thread", "fix", all)).toThrow(/fix may mean several threads/);
  });

  test("by an exact name, though other ids would match in part", () => {
    const odd = candidate("thr_01990000-2222-7000-8000-00000000ccc1", "aaa1");
    expect(pick("thread", "aaa1", [...all, odd])).toBe(odd);
  });
});

test("an ambiguous name lists what it may mean", () => {
  expect(() => pick("thread", "0199", all)).toThrow(
    "0199 may mean several threads; give more of the id:\n  0000aaa1  fix-parser\n  0000bbb1  fix-lexer",
  );
});

test("a long list of what a name may mean is cut", () => {
  const many = Array.from({ length: 20 }, (_, at) =>
    candidate(`thr_01990000-0000-7000-8000-0000000000${at + 10}`, `t${at}`),
  );
  expect(() => pick("thread", "0199", many)).toThrow(/ {2}00000017 {2}t7\n {2}… and 12 more$/);
});

test("an ambiguous name is an error of usage", () => {
  expect(() => pick("thread", "0199", all)).toThrow(expect.objectContaining({ exitCode: 2 }));
});

test.each(["zzzz", "a1", ""])("%j names nothing", (given) => {
  expect(() => pick("thread", given, all)).toThrow(expect.objectContaining({ kind: "notFound" }));
});

test("an id in full needs no list", () => {
  expect(isFullId(parser.id)).toBe(true);
  expect(isFullId("fix-parser")).toBe(false);
  expect(isFullId(shortId(parser.id))).toBe(false);
});
