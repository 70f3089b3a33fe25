import { isAbsolute, relative } from "node:path";
import { DaemonError } from "@heddle/protocol";

// HFS+ ignores these characters in names, so that ".g\u200cit" would open ".git" there.
const ignoredByFileSystems = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

function isGitDirectory(name: string): boolean {
  const folded = name.replace(ignoredByFileSystems, "").toLowerCase();
  return folded === ".git" || folded === "git~1";
}

/** The names of a path below the root; throws when it is not allowed. */
export function splitPath(path: string, roots: readonly string[]): string[] {
  const outside = (why: string): DaemonError =>
    new DaemonError("outsideWorktree", `${JSON.stringify(path)} ${why}`, { path });
  if (path.includes("\0")) throw outside("contains a NUL character");
  if (path.split("/").includes("..")) throw outside("contains '..': name the file from the root");
  const names = inside(path, roots)
    ?.split("/")
    .filter((name) => name !== "" && name !== ".");
  if (names === undefined) throw outside("is outside of the worktree");
  if (names.length === 0) throw outside("names no file");
  if (names.some(isGitDirectory)) throw outside("is part of git's own data");
  return names;
}

function inside(path: string, roots: readonly string[]): string | undefined {
  if (!isAbsolute(path)) return path;
  const found = roots.map((root) => relative(root, path)).find((rest) => !/^\.\.(\/|$)/.test(rest));
  return found;
}
