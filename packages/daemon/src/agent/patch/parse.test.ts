import { DaemonError } from "@heddle/protocol";
import { expect, test } from "vitest";
import { patchGrammar } from "./grammar.ts";
import { parsePatch } from "./parse.ts";

const update = [
  { kind: "context", text: "one" },
  { kind: "delete", text: "two" },
  { kind: "add", text: "2" },
];

function hunkOf(patch: string): unknown {
  const [operation] = parsePatch(patch);
  return operation?.kind === "update" ? operation.hunks[0] : undefined;
}

const body = "*** Begin Patch\n*** Update File: a.txt\n@@ head\n one\n-two\n+2\n*** End Patch";

test.for([
  ["as the format says", `${body}\n`],
  ["without the final newline", body],
  ["in a heredoc", `apply_patch <<'EOF'\n${body}\nEOF\n`],
  ["in a code fence", `\`\`\`patch\n${body}\n\`\`\`\n`],
  ["with CRLF", `${body}\n`.replaceAll("\n", "\r\n")],
  ["without the begin line", body.replace("*** Begin Patch\n", "")],
  ["with a blank around the names", body.replace("a.txt", " a.txt ")],
  ["with unified header numbers", body.replace("@@ head", "@@ -9,8 +7,6 @@ head")],
  ["with the names of a unified diff", body.replace("@@", "--- a/a.txt\n+++ b/a.txt\n@@")],
  ["with a closing mark on the header", body.replace("@@ head", "@@ head @@")],
  ["with a no-newline mark", body.replace("+2", "+2\n\\ No newline at end of file")],
] as const)("a patch is read %s", ([, patch]) => {
  expect(parsePatch(patch)).toMatchObject([
    { kind: "update", path: "a.txt", hunks: [{ headers: ["head"], lines: update }] },
  ]);
});

test("added, moved and deleted files are read", () => {
  const patch = [
    "*** Begin Patch",
    "*** Add File: new.txt",
    "+first",
    "",
    "+third",
    "*** Update File: old.txt",
    "*** Move to: moved.txt",
    "*** Delete File: gone.txt",
    "*** Add File: empty.txt",
    "*** End Patch",
  ].join("\n");
  expect(parsePatch(patch)).toEqual([
    { kind: "add", path: "new.txt", content: "first\n\nthird\n" },
    { kind: "update", path: "old.txt", movedTo: "moved.txt", hunks: [] },
    { kind: "delete", path: "gone.txt" },
    { kind: "add", path: "empty.txt", content: "" },
  ]);
});

test("nested headers, blank lines and the end of the file belong to their hunk", () => {
  const patch =
    "*** Begin Patch\n*** Update File: a\n@@ class A\n@@ f()\n x\n\n-y\n\n*** End of File\n*** End Patch";
  expect(hunkOf(patch)).toEqual({
    headers: ["class A", "f()"],
    lines: [
      { kind: "context", text: "x" },
      { kind: "context", text: "" },
      { kind: "delete", text: "y" },
      { kind: "context", text: "" },
    ],
    looseBlanks: 1,
    endOfFile: true,
    patchLine: 3,
  });
});

test("patches in a row are read as one", () => {
  const second = "*** Begin Patch\n*** Delete File: b\n*** End Patch";
  expect(parsePatch(`${body}\n${second}\n`).map(({ path }) => path)).toEqual(["a.txt", "b"]);
});

test.for([
  ["an empty patch", "", "the patch has no '*** Begin Patch' line"],
  ["a patch of no files", "*** Begin Patch\n*** End Patch", "the patch names no file"],
  ["a patch cut short", body.replace("\n*** End Patch", ""), "it may be cut short"],
  ["text after the end", `${body}\n@@\n-lost\n`, "line 8 of the patch: text after"],
  [
    "a line without its prefix",
    body.replace(" one", "one"),
    "line 4 of the patch: each line of a hunk",
  ],
  ["an unknown operation", body.replace("Update", "Change"), "line 2 of the patch: expected"],
  [
    "an operation without a name",
    body.replace("a.txt", ""),
    "line 2 of the patch: the file has no name",
  ],
  ["an update without hunks", "*** Begin Patch\n*** Update File: a\n*** End Patch", "has no hunk"],
  ["a hunk without lines", body.replace(" one\n-two\n+2\n", ""), "the hunk before it has no lines"],
  [
    "an added line without its prefix",
    "*** Begin Patch\n*** Add File: a\nx\n*** End Patch",
    "line 3",
  ],
  ["half a character", `${body}\ud800`, "not valid Unicode"],
] as const)("%s is refused with the line", ([, patch, message]) => {
  let caught: unknown;
  try {
    parsePatch(patch);
  } catch (error) {
    caught = error;
  }
  expect(caught).toBeInstanceOf(DaemonError);
  expect(caught).toMatchObject({ kind: "patchRefused", message: expect.stringContaining(message) });
});

test("the grammar offers every directive that the parser reads", () => {
  for (const directive of ["Begin Patch", "Add File", "Update File", "Delete File", "Move to"]) {
    expect(patchGrammar).toContain(`"*** ${directive}`);
  }
  expect(patchGrammar).toContain('"*** End of File"');
});
