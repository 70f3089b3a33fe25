import { DaemonError } from "@heddle/protocol";
import { expect, test } from "vitest";
import { type FileChange, type PatchSource, planPatch } from "./apply.ts";

type Files = Record<string, string | Buffer>;

function sourceOf(files: Files): PatchSource {
  return {
    resolve: (path) => path.replace(/^\.\//, ""),
    read: async (path) => (Object.hasOwn(files, path) ? Buffer.from(files[path] ?? "") : undefined),
  };
}

const wrap = (text: string): string => `*** Begin Patch\n${text}\n*** End Patch\n`;
const plan = (text: string, files: Files): Promise<FileChange[]> =>
  planPatch(wrap(text), sourceOf(files));

async function patched(hunks: string, before: string | Buffer): Promise<string> {
  const [change] = await plan(`*** Update File: a\n${hunks}`, { a: before });
  return change?.after?.toString("latin1") ?? "";
}

async function refused(text: string, files: Files): Promise<DaemonError> {
  const caught = await plan(text, files).catch((error: unknown) => error);
  expect(caught).toBeInstanceOf(DaemonError);
  expect(caught).toMatchObject({ kind: "patchRefused" });
  return caught as DaemonError;
}

const refusedHunk = (hunks: string, before: string): Promise<DaemonError> =>
  refused(`*** Update File: a\n${hunks}`, { a: before });

test.for([
  ["inserts at the start", "@@\n+0\n 1\n 2", "1\n2\n3\n", "0\n1\n2\n3\n"],
  ["inserts at the end", "@@\n 2\n 3\n+4", "1\n2\n3\n", "1\n2\n3\n4\n"],
  ["appends at the end of the file", "@@\n+4\n*** End of File", "1\n2\n", "1\n2\n4\n"],
  ["fills an empty file", "@@\n+1\n+2", "", "1\n2\n"],
  ["empties a file", "@@\n-1\n-2", "1\n2\n", ""],
  ["changes a file of one newline", "@@\n-\n+1", "\n", "1\n"],
  ["keeps a file without final newline so", "@@\n 1\n-2\n+3", "1\n2", "1\n3"],
  ["appends to a file without final newline", "@@\n 2\n+3", "1\n2", "1\n2\n3"],
  ["removes the end without final newline", "@@\n 1\n-2", "1\n2", "1"],
  ["keeps CRLF", "@@\n 1\n-2\n+b\n+c", "1\r\n2\r\n3\r\n", "1\r\nb\r\nc\r\n3\r\n"],
  ["keeps mixed line endings", "@@\n-1\n-2\n+a\n+b\n+c", "1\r\n2\n3\r\n", "a\r\nb\nc\n3\r\n"],
  ["keeps a lone return", "@@\n-2\n+b", "1\r1\n2\n", "1\r1\nb\n"],
  ["keeps a byte order mark", "@@\n-1\n+a", "\xef\xbb\xbf1\n2\n", "\xef\xbb\xbfa\n2\n"],
  ["keeps bytes that are no UTF-8", "@@\n 1\n-2\n+b", "\xe9\n1\n2\n", "\xe9\n1\nb\n"],
  ["keeps trailing blanks of context", "@@\n 1\n-2\n+b", "1  \n2\t\n", "1  \nb\n"],
  ["takes a missing prefix before a tab", "@@\n\tx\n-\ty\n+\tz", "\tx\n\ty\n", "\tx\n\tz\n"],
  ["ignores blank lines after a hunk", "@@\n 1\n-2\n+b\n\n", "1\n2\n3\n", "1\nb\n3\n"],
  ["uses blank lines after a hunk", "@@\n 1\n+b\n\n", "1\nx\n1\n\n", "1\nx\n1\nb\n\n"],
  ["moves two hunks of the wrong order", "@@\n-3\n+c\n@@\n-1\n+a", "1\n2\n3\n", "a\n2\nc\n"],
  ["tells equal hunks by their order", "@@\n-x\n+1\n@@\n-x\n+2", "x\ny\nx\n", "1\ny\n2\n"],
  ["tells repeated lines by the end", "@@\n-x\n+1\n*** End of File", "x\ny\nx\n", "x\ny\n1\n"],
  ["tells repeated lines by an earlier hunk", "@@\n-y\n@@\n-x\n+1", "x\ny\nx\n", "x\n1\n"],
  ["removes one of several equal lines", "@@\n-x", "a\nx\nx\nx\nb\n", "a\nx\nx\nb\n"],
] as const)("a patch %s", async ([, hunks, before, after]) => {
  expect(await patched(hunks, Buffer.from(before, "latin1"))).toBe(after);
});

const twoClasses = `class A {
  run() {
    start();
    stop();
  }
}
class B {
  run() {
    start();
    stop();
  }
}
`;

test("headers tell repeated lines apart, nested ones too", async () => {
  const hunk = "     start();\n+    work();";
  const inA = twoClasses.replace("start();\n", "start();\n    work();\n");
  expect(await patched(`@@ class A {\n@@   run() {\n${hunk}`, twoClasses)).toBe(inA);
  expect(await patched(`@@ class A\n${hunk}`, twoClasses)).toBe(inA);
  expect(await patched(`@@ class B\n${hunk}`, twoClasses)).not.toBe(inA);
});

test("a header that stands as often as the lines is refused with their numbers", async () => {
  const error = await refusedHunk("@@ run() {\n     start();\n+    work();", twoClasses);
  expect(error.message).toContain("it matches 2 places, at lines 3, 9");
  expect(error.details).toMatchObject({ lines: [3, 9] });
});

test("a place that only a header tells must keep the order of the hunks", async () => {
  const hunks = "@@\n }\n-last\n+end\n@@ class A {\n     start();\n+    work();";
  const error = await refusedHunk(hunks, `${twoClasses}last\n`);
  expect(error.message).toContain("it matches 2 places, at lines 3, 9");
});

test("a place above its header is refused", async () => {
  const error = await refusedHunk("@@ class B {\n-first\n+second", `first\n${twoClasses}`);
  expect(error.message).toContain("only above its @@ line, at line 1");
});

test("typographic characters in context stay, and each tier is named", async () => {
  const before = "say \u201chello\u201d\u00a0\u2014 it\u2019s\nbye\n";
  const hunks = '@@\n say "hello" - it\'s\n-bye\n+goodbye';
  const [change] = await plan(`*** Update File: a\n${hunks}`, { a: before });
  expect(change).toMatchObject({ tier: "unicode", added: 1, removed: 1 });
  expect(change?.after?.toString()).toBe(before.replace("bye", "goodbye"));
});

test.for([
  ["blanks to tabs", " if a:\n-    b\n+    b\n+        c", "if a:\n\tb\n", "if a:\n\tb\n\t\tc\n"],
  ["tabs to blanks", " if a:\n-\tb\n+\tb\n+\t\tc", "if a:\n  b\n", "if a:\n  b\n    c\n"],
  ["a missing level", " a:\n   b:\n+    c: 1", "  a:\n    b:\n", "  a:\n    b:\n      c: 1\n"],
  ["blanks alone", " if a:\n-    b\n+    \n+    c", "if a:\n\tb\n", "if a:\n\t\n\tc\n"],
  ["a level too many", "     a\n+      b", "x\n  a\n", "x\n  a\n    b\n"],
] as const)("indentation maps onto additions: %s", async ([, hunk, before, after]) => {
  expect(await patched(`@@\n${hunk}`, before)).toBe(after);
});

test("additions in blanks are refused where only tabs are used and nothing shows why", async () => {
  const error = await refusedHunk("@@\n g()\n+if x:\n+    y", "g()\nif a:\n\tb\n");
  expect(error.message).toContain("disagree on tabs and blanks");
});

const six = "one\ntwo\nthree\nfour\nfive\nsix\n";

test.for(["@@\n one\n TWO\n three\n-four\n+4\n five", "@@\n one\n TWO\n three\n-four\n+4"])(
  "one stale context line in four is accepted, and the file's own line stays",
  async (hunks) => {
    expect(await patched(hunks, six)).toBe("one\ntwo\nthree\n4\nfive\nsix\n");
  },
);

test.for([
  ["one stale line in three", "@@\n TWO\n three\n-four\n+4", 2, "TWO"],
  ["two stale lines in five", "@@\n one\n TWO\n THREE\n-four\n+4\n five", 2, "TWO"],
  ["a stale deleted line", "@@\n one\n two\n three\n-FOUR\n+4\n five\n six", 4, "FOUR"],
] as const)("%s are refused with the first that differs", async ([, hunks, line, expected]) => {
  const error = await refusedHunk(hunks, six);
  expect(error.details).toMatchObject({ line, expected, found: expected.toLowerCase() });
  expect(error.message).toContain(`at line ${line} the patch expects "${expected}"`);
});

const siblings = `type OpenTool = {
  /** What it may do. */
  rights: string[];
  name: string;
};
use<OpenTool | SharedTool>();
`;

test("a near copy of a place that is gone is not taken for it", async () => {
  const hunk = "@@\n type SharedTool = {\n   /** What it may do. */\n-  rights: string[];\n";
  const error = await refusedHunk(`${hunk}+  rights: Right[];\n   name: string;`, siblings);
  expect(error.details).toMatchObject({ line: 1, expected: "type SharedTool = {" });
});

test("a stale name that the file has nowhere else is accepted", async () => {
  const hunk = "@@\n type FormerTool = {\n   /** What it may do. */\n-  rights: string[];\n";
  const after = siblings.replace("string[]", "Right[]");
  expect(await patched(`${hunk}+  rights: Right[];\n   name: string;`, siblings)).toBe(after);
});

test("a stale line between lines that stand elsewhere, too, is refused", async () => {
  const file = "a()\nb()\nc(now)\nd()\n\nc(other)\na()\nb()\nd()\n";
  const error = await refusedHunk("@@\n a()\n b()\n c(then)\n-d()\n+e()", file);
  expect(error.details).toMatchObject({ line: 3, expected: "c(then)" });
});

test("a copy at another depth is not taken for a place that is gone", async () => {
  const copy = "x {\n  y {\n    a: 1\n    b: 2\n  }\n}\n";
  const error = await refusedHunk("@@\n   a: 1\n-  b: 2\n+  b: 3", copy);
  expect(error.message).toContain("no place matches");
});

test("a hunk with more places than are looked at is refused, whatever its header says", async () => {
  const error = await refusedHunk("@@ end\n \n+x", `${"\n".repeat(1500)}end\n\n`);
  expect(error.message).toContain("add context lines or an @@ line");
});

test("a patch that was applied before is refused with a hint", async () => {
  const error = await refusedHunk("@@\n one\n-2\n+two", six);
  expect(error.message).toContain("its result already stands at line 1");
});

test("several kinds of change make one plan", async () => {
  const changes = await plan(
    "*** Add File: n/b\n+new\n*** Delete File: c\n*** Update File: a\n*** Move to: d\n@@\n-1\n+2",
    { a: "1\n", c: "x\ny\n" },
  );
  expect(
    changes.map(({ before, after, ...rest }) => ({ ...rest, text: after?.toString() })),
  ).toEqual([
    {
      kind: "add",
      path: "n/b",
      movedTo: undefined,
      added: 1,
      removed: 0,
      tier: "exact",
      changed: [{ start: 0, end: 1 }],
      text: "new\n",
    },
    {
      kind: "delete",
      path: "c",
      movedTo: undefined,
      added: 0,
      removed: 2,
      tier: "exact",
      changed: [],
      text: undefined,
    },
    {
      kind: "move",
      path: "a",
      movedTo: "d",
      added: 1,
      removed: 1,
      tier: "exact",
      changed: [{ start: 0, end: 1 }],
      text: "2\n",
    },
  ]);
});

test.for([
  ["adding a file that exists", "*** Add File: a\n+x", "it exists already"],
  ["updating a missing file", "*** Update File: z\n@@\n-x\n+y", "there is no such file"],
  ["deleting a missing file", "*** Delete File: z", "there is no such file"],
  ["moving onto a file", "*** Update File: a\n*** Move to: b\n", "b exists already"],
  ["two operations on one file", "*** Delete File: a\n*** Delete File: ./a", "two operations on a"],
  [
    "moving to an added file",
    "*** Add File: n\n+x\n*** Update File: a\n*** Move to: n",
    "two operations",
  ],
  ["an update that changes nothing", "*** Update File: a\n@@\n 1", "changes nothing"],
  ["additions without a place", "*** Update File: a\n@@\n+x", "no context tells where"],
  ["repeated lines", "*** Update File: b\n@@\n-x\n+y", "2 places, at lines 1, 3"],
  [
    "hunks that remove the same line",
    "*** Update File: a\n@@\n-1\n+2\n@@\n-1\n+3",
    "remove the same",
  ],
  ["a binary file", "*** Update File: binary\n@@\n-x\n+y", "binary"],
  ["text in an unknown encoding", "*** Update File: latin\n@@\n-1\n+\u00e9", "not UTF-8"],
] as const)("%s is refused", async ([, text, message]) => {
  const files = {
    a: "1\n",
    b: "x\n-\nx\n",
    binary: "\0x\n",
    latin: Buffer.from([0xe9, 10, 49, 10]),
  };
  expect((await refused(text, files)).message).toContain(message);
});
