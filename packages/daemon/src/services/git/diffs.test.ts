import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FileDiff } from "@heddle/protocol";
import { describe, expect, test } from "vitest";
import { snapshot } from "./checkpoints.ts";
import { type DiffLimits, diffTrees, limitDiff } from "./diffs.ts";
import { type Fixture, gitGround } from "./git-fixture.test.support.ts";

const { box, makeRepository } = gitGround();

async function diffOf(fixture: Fixture, limits?: DiffLimits) {
  const to = await snapshot(box, fixture.checkout);
  return await diffTrees(fixture.checkout.gitCommonDir, {
    from: "HEAD",
    to,
    ...(limits && { limits }),
  });
}

const names = { from: "100644", to: "100644" };

test("a change is shown by hunks with their lines and numbers", async () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
  using fixture = await makeRepository({ "a.txt": `${lines.join("\n")}\n` });
  const changed = lines.with(1, "-- two").with(18, "++ nineteen");
  fixture.write({ "a.txt": `${changed.join("\n")}` });
  expect(await diffOf(fixture)).toEqual([
    {
      path: "a.txt",
      kind: "modified",
      binary: false,
      oldMode: names.from,
      newMode: names.to,
      additions: 3,
      deletions: 3,
      hunks: [
        {
          header: "",
          oldStart: 1,
          oldLines: 5,
          newStart: 1,
          newLines: 5,
          lines: [" line 1", "-line 2", "+-- two", " line 3", " line 4", " line 5"],
        },
        {
          header: "line 15",
          oldStart: 16,
          oldLines: 5,
          newStart: 16,
          newLines: 5,
          lines: [
            " line 16",
            " line 17",
            " line 18",
            "-line 19",
            "-line 20",
            "+++ nineteen",
            "+line 20",
            "\\ No newline at end of file",
          ],
        },
      ],
    },
  ]);
});

test("every kind of change is told, whatever the files are called", async () => {
  using fixture = await makeRepository({
    "to link": "was a file\n",
    "mode.sh": "#!/bin/sh\n",
    "old name.txt": "the same\ncontent\nin both\n",
    "gone.txt": "gone\n",
    "diff --git a/x b/x": "odd\n",
  });
  const { path } = fixture;
  rmSync(join(path, "to link"));
  symlinkSync("/etc/passwd", join(path, "to link"));
  chmodSync(join(path, "mode.sh"), 0o755);
  renameSync(join(path, "old name.txt"), join(path, 'new\n"näme".txt'));
  rmSync(join(path, "gone.txt"));
  fixture.write({ "diff --git a/x b/x": "odder\n", "-n": "new\n" });
  const short = (await diffOf(fixture)).map(({ path, oldPath, kind, oldMode, newMode, hunks }) => ({
    path,
    oldPath,
    kind,
    modes: `${oldMode} ${newMode}`,
    lines: hunks.flatMap(({ lines }) => lines),
  }));
  expect(short).toEqual([
    { path: "-n", kind: "added", modes: "000000 100644", lines: ["+new"] },
    {
      path: "diff --git a/x b/x",
      kind: "modified",
      modes: "100644 100644",
      lines: ["-odd", "+odder"],
    },
    { path: "gone.txt", kind: "deleted", modes: "100644 000000", lines: ["-gone"] },
    { path: "mode.sh", kind: "modeChanged", modes: "100644 100755", lines: [] },
    {
      path: 'new\n"näme".txt',
      oldPath: "old name.txt",
      kind: "renamed",
      modes: "100644 100644",
      lines: [],
    },
    {
      path: "to link",
      kind: "typeChanged",
      modes: "100644 120000",
      lines: ["-was a file", "+/etc/passwd", "\\ No newline at end of file"],
    },
  ]);
});

test("attributes cannot hide a change, and binary files are not poured out", async () => {
  using fixture = await makeRepository({
    ".gitattributes": "secret.js -diff\n*.bin diff\n",
    "secret.js": "a\n",
    "image.png": "x",
    "data.bin": "x",
  });
  writeFileSync(join(fixture.path, ".git/info/attributes"), "*.ts binary\n*.bin diff\n");
  fixture.commit("more", { "hidden.ts": "a\n" });
  fixture.write({
    "secret.js": "evil()\n",
    "hidden.ts": "evil()\n",
    "image.png": Buffer.from([0, 1, 2]),
    "data.bin": Buffer.from([10, 0, 10]),
  });
  const shown = (await diffOf(fixture)).map(({ path, binary, hunks }) => ({
    path,
    binary,
    lines: hunks.flatMap(({ lines }) => lines),
  }));
  expect(shown).toEqual([
    { path: "data.bin", binary: true, lines: [] },
    { path: "hidden.ts", binary: false, lines: ["-a", "+evil()"] },
    { path: "image.png", binary: true, lines: [] },
    { path: "secret.js", binary: false, lines: ["-a", "+evil()"] },
  ]);
});

test("what is too large is named and counted, and the rest is shown", async () => {
  using fixture = await makeRepository();
  fixture.write({ "long.txt": "x\n".repeat(60), "wide.txt": "x".repeat(3000), "z.txt": "z\n" });
  const limits = { fileBytes: 1000, fileLines: 50, totalBytes: 10_000, totalLines: 100, files: 9 };
  const shown = (await diffOf(fixture, limits)).map(({ path, additions, truncated, hunks }) => ({
    path,
    additions,
    truncated,
    hunks: hunks.length,
  }));
  expect(shown).toEqual([
    { path: "long.txt", additions: 60, truncated: true, hunks: 0 },
    { path: "wide.txt", additions: 1, truncated: true, hunks: 0 },
    { path: "z.txt", additions: 1, truncated: undefined, hunks: 1 },
  ]);
});

test("equal trees differ in nothing", async () => {
  using fixture = await makeRepository();
  expect(await diffOf(fixture)).toEqual([]);
});

describe("a diff that has to fit into a frame", () => {
  const file = (at: number, lines: number): FileDiff => ({
    path: `file ${at}.txt`,
    kind: "added",
    oldMode: "000000",
    newMode: "100644",
    binary: false,
    additions: lines,
    deletions: at % 2,
    truncated: false,
    hunks: [
      {
        ...{ header: "", oldStart: 0, oldLines: 0, newStart: 1, newLines: lines },
        lines: Array.from({ length: lines }, () => "+織"),
      },
    ],
  });
  const diff = (files: FileDiff[]) => {
    return { baseCommit: "a".repeat(40), treeHash: "b".repeat(40), files, nestedRepositories: [] };
  };
  const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

  test("is left as it is when it does", () => {
    const small = diff([file(1, 3), file(2, 1)]);
    expect(limitDiff(small)).toEqual({ ...small, omitted: null, truncated: false });
  });

  test("loses the hunks of what is too large, and no number", () => {
    const files = [file(1, 3), file(2, 200_000), file(3, 1)];
    const limited = limitDiff(diff(files));
    const hunks = [files[0]?.hunks, [], files[2]?.hunks];
    expect(limited.files.map((shown) => shown.hunks)).toEqual(hunks);
    expect(limited).toMatchObject({ truncated: true, omitted: null });
    expect(limited.files.map(({ truncated }) => truncated)).toEqual([false, true, false]);
    expect(limited.files.map(({ additions }) => additions)).toEqual([3, 200_000, 1]);
  });

  test("counts the files of which even the list is too long", () => {
    const files = Array.from({ length: 20_000 }, (_, at) => file(at, 1));
    const { files: shown, omitted, truncated } = limitDiff(diff(files));
    expect(bytes(shown)).toBeLessThan(720 * 1024);
    expect(shown.length).toBeGreaterThan(2000);
    const [first] = shown;
    expect(first).toEqual(files[0]);
    expect(truncated).toBe(true);
    const sum = (rows: readonly { deletions: number }[]) =>
      rows.reduce((all, row) => all + row.deletions, 0);
    expect(omitted).toEqual({
      files: files.length - shown.length,
      additions: files.length - shown.length,
      deletions: sum(files) - sum(shown),
    });
  });
});
