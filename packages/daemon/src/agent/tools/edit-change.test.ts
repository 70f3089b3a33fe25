import { expect, test } from "vitest";
import { replaced, replacedFile } from "./edit-change.ts";

const path = "a.ts";
const edit = (text: string, old_string: string, new_string: string, replace_all = false) =>
  replaced(Buffer.from(text), { path, old_string, new_string, replace_all }).toString();

test("the text is replaced where it stands, and all else stays byte for byte", () => {
  const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x0a, 0x62]);
  const change = { path, old_string: "b", new_string: "ü", replace_all: false };
  expect(replaced(bytes, change)).toEqual(Buffer.concat([bytes.subarray(0, -1), Buffer.from("ü")]));
});

test("a file of CRLF lines keeps them, also where several lines are replaced", () => {
  expect(edit("a\r\nb\r\nc\r\n", "a\nb", "x\ny")).toBe("x\r\ny\r\nc\r\n");
});

test("a text that does not occur is refused, and nothing like it is taken for it", () => {
  expect(() => edit("a  b", "a b", "c")).toThrow(/old_string does not occur in a\.ts: read it/);
});

test("one that occurs several times is refused with its lines, unless all are meant", () => {
  expect(() => edit("a\nb\na\n", "a", "c")).toThrow(/occurs 2 times in a\.ts, in the lines 1, 3:/);
  expect(edit("a\nb\na\n", "a", "c", true)).toBe("c\nb\nc\n");
  expect(edit("aaa", "aa", "b", true)).toBe("ba");
});

test("a $ in the new text is a $", () => {
  expect(edit("price", "price", "$& $1")).toBe("$& $1");
});

test("a change is shown as a patch of the lines from the first that differs to the last", () => {
  const { change, patch } = replacedFile(
    path,
    Buffer.from("a\nb\nc\nd\n"),
    Buffer.from("a\nx\nc\ny\nd\n"),
  );
  expect(patch).toBe(
    "*** Begin Patch\n*** Update File: a.ts\n@@\n-b\n-c\n+x\n+c\n+y\n*** End Patch",
  );
  expect(change).toMatchObject({
    kind: "update",
    added: 3,
    removed: 2,
    changed: [{ start: 1, end: 4 }],
  });
});

test("a new file is shown as an addition", () => {
  const { change, patch } = replacedFile(path, undefined, Buffer.from("a\nb\n"));
  expect(patch).toBe("*** Begin Patch\n*** Add File: a.ts\n+a\n+b\n*** End Patch");
  expect(change).toMatchObject({ kind: "add", added: 2, removed: 0, before: undefined });
});
