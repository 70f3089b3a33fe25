import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openTree, type TreeFiles } from "./tree-files.ts";

let base: string;
let root: string;
let secret: string;
const limit = { maxBytes: 1024 };

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "heddle-tree-"));
  root = join(base, "tree");
  secret = join(base, "outside", "secret");
  mkdirSync(join(root, "src"), { recursive: true });
  mkdirSync(join(base, "outside"));
  writeFileSync(secret, "secret");
  writeFileSync(join(root, "src/a.txt"), "a\n");
  chmodSync(join(root, "src/a.txt"), 0o644);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const kindOf = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "done",
    (error: unknown) => (error as { kind?: unknown }).kind ?? error,
  );

async function refusesAll(tree: TreeFiles, path: string, kind = "outsideWorktree"): Promise<void> {
  expect(await kindOf(tree.read(path, limit))).toBe(kind);
  expect(await kindOf(tree.write(path, Buffer.from("x")))).toBe(kind);
  expect(await kindOf(tree.remove(path))).toBe(kind);
  expect(await kindOf(tree.rename(path, "elsewhere"))).toBe(kind);
  expect(await kindOf(tree.rename("src/a.txt", path))).toMatch(new RegExp(`${kind}|conflict`));
}

describe.each([
  ["by descriptors", process.platform === "linux"],
  ["by checked paths", false],
])("a tree that is walked %s", (_, byDescriptor) => {
  const tree = (): TreeFiles => openTree(root, { byDescriptor });

  test("reads, writes, moves and removes files", async () => {
    using files = tree();
    expect(await files.read("src/a.txt", limit)).toEqual({
      bytes: Buffer.from("a\n"),
      mode: 0o644,
    });
    expect(await files.write("new/deep/b.txt", Buffer.from("b"))).toEqual(["new", "new/deep"]);
    expect(await files.write("src/a.txt", Buffer.from("aa"))).toEqual([]);
    await files.rename("new/deep/b.txt", "moved/c.txt");
    expect(await files.stat("moved/c.txt")).toMatchObject({ kind: "file", size: 1 });
    expect(await files.stat("new/deep/b.txt")).toBeUndefined();
    expect(await files.stat("nowhere/at/all")).toBeUndefined();
    await files.remove("moved/c.txt");
    await files.removeDirectory("moved");
    expect(readdirSync(root).sort()).toEqual(["new", "src"]);
    expect(readFileSync(join(root, "src/a.txt"), "utf8")).toBe("aa");
    expect(readdirSync(join(root, "src"))).toEqual(["a.txt"]);
  });

  test("keeps a file's permission bits, and never sets more than those", async () => {
    using files = tree();
    chmodSync(join(root, "src/a.txt"), 0o755);
    await files.write("src/a.txt", Buffer.from("#!"));
    expect(statSync(join(root, "src/a.txt")).mode & 0o7777).toBe(0o755);
    await files.write("src/b.txt", Buffer.from("b"), { mode: 0o4700 });
    expect(statSync(join(root, "src/b.txt")).mode & 0o7777).toBe(0o700);
  });

  test("replaces a hard link instead of writing through it", async () => {
    using files = tree();
    linkSync(secret, join(root, "hard"));
    await files.write("hard", Buffer.from("changed"));
    expect(readFileSync(secret, "utf8")).toBe("secret");
  });

  test("accepts absolute paths inside, and tells the one spelling of a path", () => {
    using files = tree();
    expect(files.resolve(join(root, "src/a.txt"))).toBe("src/a.txt");
    expect(files.resolve("./src//a.txt")).toBe("src/a.txt");
  });

  test.for([
    "../outside/secret",
    "src/../../outside/secret",
    "src/../src/a.txt",
    "/etc/passwd",
    ".git/config",
    ".GIT/config",
    "src/.Git/hooks/x",
    ".git",
    ".g\u200cit/config",
    "GIT~1/config",
    "src/a\0.txt",
    "",
    ".",
    "/",
  ])("refuses the path %j", async (path) => {
    using files = tree();
    await refusesAll(files, path);
    expect(readFileSync(secret, "utf8")).toBe("secret");
  });

  test("refuses a sibling whose name begins with the root's", async () => {
    mkdirSync(`${root}-evil`);
    writeFileSync(`${root}-evil/x`, "x");
    using files = tree();
    await refusesAll(files, `${root}-evil/x`);
  });

  test("refuses links as files and as directories, and leaves their targets", async () => {
    symlinkSync(secret, join(root, "link"));
    symlinkSync(join(base, "outside"), join(root, "dir"));
    symlinkSync("src", join(root, "inner"));
    using files = tree();
    await refusesAll(files, "link");
    await refusesAll(files, "dir/secret");
    await refusesAll(files, "inner/a.txt");
    expect(await kindOf(files.write("dir/made/new", Buffer.from("x")))).toBe("outsideWorktree");
    expect(readdirSync(join(base, "outside"))).toEqual(["secret"]);
    expect(readFileSync(secret, "utf8")).toBe("secret");
    expect(await files.stat("link")).toMatchObject({ kind: "symlink" });
  });

  test("refuses a directory that was swapped for a link after the first call", async () => {
    using files = tree();
    await files.read("src/a.txt", limit);
    renameSync(join(root, "src"), join(root, "old"));
    symlinkSync(join(base, "outside"), join(root, "src"));
    expect(await kindOf(files.read("src/secret", limit))).toBe("outsideWorktree");
    expect(await kindOf(files.write("src/new", Buffer.from("x")))).toBe("outsideWorktree");
    expect(readdirSync(join(base, "outside"))).toEqual(["secret"]);
  });

  test("refuses directories, FIFOs and files used as directories, without hanging", async () => {
    execFileSync("mkfifo", [join(root, "fifo")]);
    using files = tree();
    await refusesAll(files, "fifo", "invalidParams");
    await refusesAll(files, "src", "invalidParams");
    expect(await kindOf(files.read("src/a.txt/x", limit))).toBe("invalidParams");
  });

  test("reads up to the limit and no further", async () => {
    using files = tree();
    writeFileSync(join(root, "big"), "x".repeat(1024));
    expect((await files.read("big", limit)).bytes.length).toBe(1024);
    writeFileSync(join(root, "big"), "x".repeat(1025));
    expect(await kindOf(files.read("big", limit))).toBe("tooLarge");
  });

  test("says what is missing, and does not overwrite by a move", async () => {
    using files = tree();
    await files.write("b", Buffer.from("b"));
    expect(await kindOf(files.read("none", limit))).toBe("notFound");
    expect(await kindOf(files.remove("none/at/all"))).toBe("notFound");
    expect(await kindOf(files.rename("b", "src/a.txt"))).toBe("conflict");
    expect(readFileSync(join(root, "src/a.txt"), "utf8")).toBe("a\n");
  });

  test("takes away what a write of the same file left that was killed", async () => {
    using files = tree();
    const name = createHash("sha256").update("a.txt").digest("hex").slice(0, 32);
    const left = join(root, "src", `.heddle-${name}.tmp`);
    symlinkSync(secret, left);
    await files.write("src/a.txt", Buffer.from("b\n"));
    expect(readdirSync(join(root, "src"))).toEqual(["a.txt"]);
    expect(readFileSync(secret, "utf8")).toBe("secret");
  });

  test("leaves nothing behind when a write fails", async () => {
    using files = tree();
    const name = `${"n".repeat(300)}`;
    expect(await kindOf(files.write(`made/too/${name}`, Buffer.from("x")))).toBe("invalidParams");
    expect(readdirSync(root)).toEqual(["src"]);
  });
});

function plantLink(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    // A write that runs beside may have made the directory anew, which is as good.
    expect(error).toMatchObject({ code: "EEXIST" });
  }
}

const onLinux = test.skipIf(process.platform !== "linux");

onLinux("a walk stays in the directory it opened, whatever is swapped while it runs", async () => {
  mkdirSync(join(root, "dir"));
  writeFileSync(join(root, "dir/file"), "inside");
  writeFileSync(join(base, "outside/file"), "outside");
  using files = openTree(root);
  for (let round = 0; round < 120; round += 1) {
    const calls = [files.read("dir/file", limit), files.write("dir/written", Buffer.from("w"))];
    const settled = Promise.allSettled(calls);
    for (let turn = 0; turn < round % 6; turn += 1) await setImmediate();
    renameSync(join(root, "dir"), join(root, "kept"));
    plantLink(join(base, "outside"), join(root, "dir"));
    const [read] = await settled;
    const bytes =
      read?.status === "fulfilled" && "bytes" in read.value ? read.value.bytes : "inside";
    expect(bytes.toString()).toBe("inside");
    rmSync(join(root, "dir"), { recursive: true });
    renameSync(join(root, "kept"), join(root, "dir"));
  }
  expect(readdirSync(join(base, "outside")).sort()).toEqual(["file", "secret"]);
});

onLinux("no descriptor stays open, after failures neither", async () => {
  const targetOf = (fd: string): string => {
    const link = join("/proc/self/fd", fd);
    return existsSync(link) ? readlinkSync(link) : "";
  };
  const open = (): string[] =>
    readdirSync("/proc/self/fd")
      .map(targetOf)
      .filter((target) => target.startsWith(base));
  symlinkSync(secret, join(root, "link"));
  {
    using files = openTree(root);
    for (let round = 0; round < 20; round += 1) {
      await files.write("a/b/c/d", Buffer.from("x"));
      await files.read("a/b/c/d", limit);
      await kindOf(files.read("a/b/none/d", limit));
      await kindOf(files.read("a/b/c/d/e", limit));
      await kindOf(files.read("link", limit));
      await kindOf(files.rename("a/b/c/d", "link/x"));
    }
    expect(open()).toEqual([root]);
  }
  expect(open()).toEqual([]);
});

onLinux("a call that runs when the tree is closed still ends in the same tree", async () => {
  const files = openTree(root);
  const reading = files.read("src/a.txt", limit);
  files[Symbol.dispose]();
  expect((await reading).bytes.toString()).toBe("a\n");
  await expect(files.read("src/a.txt", limit)).rejects.toThrow("the tree is closed");
});
