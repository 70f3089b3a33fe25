import { posix } from "node:path";
import { hasLink, realPathOf } from "../os/real-path.ts";
import { gitCommandOf } from "./git.ts";
import { programOf } from "./programs.ts";
import { filesOfSed } from "./sed.ts";
import type { ShellCommand } from "./shell.ts";
import type { Word } from "./shell-word.ts";
import { wordSet } from "./word-set.ts";

/** Where a command may run: the folders that are nearest to the root and farthest from it. */
export interface Place {
  readonly folders: readonly string[];
  readonly worktree: string;
  /** The worktree without links on its way. */
  readonly root: string;
}

export function placeAt(cwd: string, worktree: string): Place {
  return { folders: [cwd], worktree, root: realPathOf(worktree) };
}

/**
 * Whether a command touches a file that is not in the worktree; undefined where that is not known.
 */
export function touchesOutside(command: ShellCommand, place: Place): boolean | undefined {
  if (place.folders.some((folder) => isBeyond(folder, place))) return true;
  const named = [...filesOf(command.words), ...command.redirects];
  const found = named.map((word) => (word === null ? undefined : isWordOutside(word, place)));
  if (found.includes(true)) return true;
  const isDoubtful = command.unknown !== undefined || mayReachOut(command.words, place);
  return isDoubtful || found.includes(undefined) ? undefined : false;
}

/** Where the commands after this one may run. */
export function placeAfter({ words }: ShellCommand, place: Place): Place {
  const target = folderOf(words);
  if (typeof target !== "string" || target.startsWith("~")) return place;
  const moved = place.folders.map((folder) => posix.resolve(folder, target));
  const inside = moved.filter(
    (folder) => isIn(folder, place.worktree) && folder.length < longestPath,
  );
  const all = [...place.folders, ...inside].sort((a, b) => depthOf(a) - depthOf(b));
  return { ...place, folders: [...all.slice(0, 1), ...all.slice(-1)] };
}

/**
 * Deeper folders are not followed, so that a path which goes up from them counts as one outside.
 */
const longestPath = 400;

const depthOf = (path: string): number => path.split("/").length;

/** Where a command goes to: undefined for one that goes nowhere. */
function folderOf(words: readonly Word[]): Word | undefined {
  const [name, ...args] = words;
  if (name !== "cd" && name !== "pushd") return undefined;
  const [target = "~"] = args.filter((arg) => arg === null || !/^-[LPe@]+$|^--$/.test(arg));
  return target === "-" ? null : target;
}

/** Programs of which no word is a file. */
const fileless = wordSet(
  "echo printf tr basename dirname seq expr true false : kill sleep exit return type which",
);
const searchers = new Set(["grep", "egrep", "fgrep", "rg"]);
const separating = new Set(["cut", "paste", "sort"]);

function filesOf(words: readonly Word[]): readonly Word[] {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  if (fileless.has(program)) return [];
  if (program === "cd" || program === "pushd") return [folderOf(words) ?? null];
  if (program === "sed") return filesOfSed(args);
  if (program === "git") return withoutMessage(args);
  if (searchers.has(program)) return withoutPattern(args);
  return separating.has(program) ? args.filter((arg) => !/^-[dt].$/.test(arg ?? "")) : args;
}

function withoutMessage(args: readonly Word[]): readonly Word[] {
  if (!/^(?:commit|merge|notes|stash|tag)$/.test(gitCommandOf(args) ?? "")) return args;
  const isMessage = (arg: Word | undefined) => /^(?:-[a-z]*m|--message)$/.test(arg ?? "");
  return args.filter((arg, at) => !isMessage(args[at - 1]) && !arg?.startsWith("--message="));
}

function withoutPattern(args: readonly Word[]): readonly Word[] {
  if (args.some((arg) => /^-[^-]*[ef]|^--[rf]/.test(arg ?? ""))) return args;
  const at = args.findIndex((arg) => arg === null || !/^-|^\d+$/.test(arg));
  return at < 0 ? args : args.toSpliced(at, 1);
}

/** Options that name files elsewhere than in the words, or follow links below a folder. */
const reaching: Readonly<Record<string, RegExp>> = {
  chgrp: /^-[a-zA-Z]*L|^--deref/,
  chown: /^-[a-zA-Z]*L|^--deref/,
  cp: /^-[a-zA-Z]*L|^--deref/,
  curl: /^-[a-zA-Z]*K|^--conf|(?:^|=)file:/i,
  diff: /^-[a-zA-Z]*r|^--rec/,
  du: /^-[a-zA-Z]*L|^--(?:deref|fi)/,
  egrep: /^-[a-zA-Z]*R|^--deref/,
  fgrep: /^-[a-zA-Z]*R|^--deref/,
  file: /^-[a-zA-Z]*f|^--fi/,
  find: /^-(?:L|follow)$/,
  grep: /^-[a-zA-Z]*R|^--deref/,
  ls: /^-[a-zA-Z]*L|^--deref/,
  rg: /^-[a-zA-Z]*L|^--follow/,
  tree: /^-[a-zA-Z]*l|^--fromfile/,
  wc: /^--fi/,
};
const elsewhere = /^-[a-zA-Z]*C|^--c/;

/** Whether it can reach a file that its words do not name. */
function mayReachOut(words: readonly Word[], { folders }: Place): boolean {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  const has = (pattern: RegExp) => args.some((arg) => pattern.test(arg ?? ""));
  if (program === "cd" || program === "pushd") return goesUp(folderOf(words) ?? "", folders);
  if (program === "ln") return has(climbing);
  if (program === "git" || program === "env") {
    // A patch can bring a link with it, which leads anywhere.
    const isPatch = program === "git" && /^(?:apply|am)$/.test(gitCommandOf(args) ?? "");
    return isPatch || (has(climbing) && has(elsewhere));
  }
  const pattern = Object.hasOwn(reaching, program) ? reaching[program] : undefined;
  return pattern !== undefined && has(pattern);
}

/** In a loop, what stands before it then runs in a folder that is higher up. */
function goesUp(target: string, folders: readonly string[]): boolean {
  return (
    climbing.test(target) || folders.some((folder) => !isIn(posix.resolve(folder, target), folder))
  );
}

const climbing = /(?:^|\/)\.\.(?:\/|$)/;

function isWordOutside(word: string, place: Place): boolean | undefined {
  if (/^(?:https?|ftp):\/\//i.test(word) && !climbing.test(word)) return false;
  const found = pathsIn(word).map((path) => isOutside(path, place));
  if (found.includes(true)) return true;
  // Letters that stand together, and then a path: whether it begins there is not known.
  return /^-[a-zA-Z]{2,}(?:[~/]|\.\.\/)/.test(word) || found.includes(undefined)
    ? undefined
    : false;
}

/** A word, and what may be a path within it: `--out=path`, `-opath`, `of=path`, `-d @path`. */
function pathsIn(word: string): string[] {
  const behind = [...word.matchAll(/=<|[=@]|file:\/\//gi)].map(({ 0: mark, index }) =>
    word.slice(index + mark.length),
  );
  const attached = /^-[a-zA-Z](.+)$/.exec(word)?.[1];
  return [word, ...behind, ...(attached === undefined ? [] : [attached])];
}

const devices =
  /^\/dev\/(?:null|zero|full|tty|u?random|std(?:in|out|err)|fd(?:\/\d+)?|(?:tcp|udp)\/.*)$/;

/** Whether a path leads out; undefined where that depends on the folder in which a command runs. */
export function isOutside(path: string, place: Place): boolean | undefined {
  if (path.startsWith("~")) return true;
  const whole = place.folders.map((folder) => posix.resolve(folder, path));
  const found = whole.map((one) => !devices.test(one) && isBeyond(one, place));
  return found.every((one) => one) || (found.includes(true) ? undefined : false);
}

/** By its name, or by a link on its way. */
function isBeyond(path: string, { worktree, root }: Place): boolean {
  if (!isIn(path, worktree)) return true;
  return hasLink(worktree, path) && !isIn(realPathOf(path), root);
}

const isIn = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`);
