import type { Diff, FileDiff } from "@heddle/protocol";
import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { diffStat, diffText } from "./diff-text.ts";

const file = (fields: Partial<FileDiff>): FileDiff => ({
  path: "src/a.ts",
  kind: "modified",
  oldMode: "100644",
  newMode: "100644",
  binary: false,
  additions: 1,
  deletions: 1,
  hunks: [
    {
      header: "",
      oldStart: 1,
      oldLines: 2,
      newStart: 1,
      newLines: 2,
      lines: [" one", "-two", "+TWO"],
    },
  ],
  truncated: false,
  ...fields,
});

const diff = (...files: FileDiff[]): Diff => ({
  baseCommit: "a".repeat(40),
  treeHash: "b".repeat(40),
  files,
  omitted: null,
  nestedRepositories: [],
  truncated: false,
});

const raw = { paint: plain, shown: (text: string) => text };

test("a change is written as git writes it", () => {
  expect(diffText(diff(file({})), raw)).toBe(
    "diff --git a/src/a.ts b/src/a.ts\n--- a/src/a.ts\n+++ b/src/a.ts\n" +
      "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n",
  );
});

test("a new file and a renamed one have their headers", () => {
  const added = file({ path: "n.sh", kind: "added", newMode: "100755" });
  const renamed = file({ path: "new.ts", oldPath: "old.ts", kind: "renamed", hunks: [] });
  const text = diffText(diff(added, renamed), raw);
  expect(text).toContain(
    "diff --git a/n.sh b/n.sh\nnew file mode 100755\n--- /dev/null\n+++ b/n.sh\n",
  );
  expect(text).toContain("diff --git a/old.ts b/new.ts\nrename from old.ts\nrename to new.ts\n");
});

test("a name cannot forge a header", () => {
  const named = file({ path: "a\n+++ b/evil" });
  expect(diffText(diff(named), raw)).toContain('+++ "b/a\\012+++ b/evil"\n');
});

test("the statistic adds up", () => {
  const binary = file({ path: "logo.png", binary: true, additions: 0, deletions: 0, hunks: [] });
  const mode = file({ path: "run", kind: "modeChanged", newMode: "100755", hunks: [] });
  expect(diffStat(diff(file({}), binary, mode), plain)).toBe(
    " src/a.ts  +1 -1\n logo.png  binary\n run       +1 -1  mode 100644 → 100755\n" +
      " 3 files changed, 2 added, 2 removed\n",
  );
});
