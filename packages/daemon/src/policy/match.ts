import type { CommandClass, PolicyException, PolicySize, PolicyTarget } from "@heddle/protocol";
import ignore from "ignore";
import { pathsInPlace } from "./anchors.ts";
import { isOfClass } from "./classes.ts";
import type { Facts, FileFact, Part } from "./facts.ts";
import { beginsWith, type Match, mayBe } from "./match-commands.ts";

type Command = Extract<Part, { type: "command" }>;
type Tool = Extract<Part, { type: "tool" }>;
type Target<Type extends PolicyTarget["type"]> = Extract<PolicyTarget, { type: Type }>;

type CommandTarget = Exclude<PolicyException, { type: "change" | "tool" }>;

/** Whether a part is what a rule forbids or asks about; in doubt it may be. */
export function matches(target: PolicyTarget, part: Part, facts: Facts): Match {
  switch (target.type) {
    case "anything":
      return "yes";
    case "spending":
      // What is spent is spent by requests to the model, not by what they lead to.
      return "no";
    case "change":
      return yesIf(part.type === "file" && isChange(target, part.file, { facts, loosens: false }));
    case "tool":
      return yesIf(part.type === "tool" && isTool(target, part));
    default:
      if (part.type === "tool") return matchesTool(target, part);
      return part.type === "command" ? matchesCommand(target, part) : "no";
  }
}

/** Whether a part is exactly what a rule allows or makes an exception of; in doubt it is not. */
export function isExactly(target: PolicyTarget, part: Part, facts: Facts): boolean {
  // A tool may do more than what its arguments name.
  if (part.type === "tool" && target.type === "outsideWorktree") return false;
  if (target.type === "change") {
    return part.type === "file" && isChange(target, part.file, { facts, loosens: true });
  }
  if (part.type !== "command") return matches(target, part, facts) === "yes";
  if (target.type === "command") {
    const { words } = part;
    if (target.argv) return target.argv.some((argv) => beginsWith(words, argv, target.exact));
    return target.class === undefined || (words.length > 0 && isOfClass(target.class, words));
  }
  if (target.type === "connection") {
    return (
      part.hosts.length > 0 && matchesConnection(target, part) === "yes" && everyHost(target, part)
    );
  }
  return matches(target, part, facts) === "yes";
}

/** By the name of the server, or of the server and its tool. */
function isTool({ names, remote }: Target<"tool">, { server, tool, host }: Tool): boolean {
  if (remote && host === undefined) return false;
  return names?.some((name) => name === server || name === `${server}/${tool}`) ?? true;
}

/**
 * Nobody but its server knows what a tool does: in the box it may run anything and go anywhere. A
 * remote one is a connection to its host, and has no files here.
 */
function matchesTool(target: CommandTarget, { host, outside, confined }: Tool): Match {
  switch (target.type) {
    case "outsideWorktree":
      if (host !== undefined) return "no";
      return outside ? "yes" : "maybe";
    case "connection":
      if (confined) return "no";
      return host === undefined ? "maybe" : yesIf(isAmongHosts(target, host));
    case "command":
      if (confined) return "no";
      return host !== undefined && target.class === "network" ? "yes" : "maybe";
  }
}

function isAmongHosts({ hosts, others }: Target<"connection">, host: string): boolean {
  return hosts.some((pattern) => isHost(pattern, host)) !== (others === true);
}

const yesIf = (holds: boolean): Match => (holds ? "yes" : "no");

interface Judging {
  readonly facts: Facts;
  /** Whether what matches is let through. */
  readonly loosens: boolean;
}

function isChange(target: Target<"change">, file: FileFact, { facts, loosens }: Judging): boolean {
  return target.over === undefined
    ? matchesFile(target, file, loosens)
    : isCounted(target, file) && isOver(target, file, facts);
}

function matchesFile(target: Target<"change">, file: FileFact, loosens: boolean): boolean {
  const { kind, paths, outside } = target;
  if (kind && file.kind !== kind) return false;
  if (paths === undefined) return true;
  return isAmong(pathsInPlace(target, loosens), file.path) !== (outside === true);
}

/** As `.gitignore` has it: a name matches in every folder, a folder all that is in it. */
function isAmong(paths: readonly string[], path: string): boolean {
  return ignore({ ignorecase: false, allowRelativePaths: true })
    .add([...paths])
    .ignores(path);
}

function isOver(target: Target<"change">, file: FileFact, facts: Facts): boolean {
  const { over } = target;
  if (over === undefined) return true;
  if (over.per === "file") {
    // In small steps a file changes as much as at once.
    const all = facts.sinceApproval.filter(({ path }) => path === file.path);
    return [file, ...all].some((one) => linesOf(target, one) > over.count);
  }
  const all = over.per === "sinceLastApproval" ? facts.sinceApproval : facts.change;
  const counted = all.filter((one) => isCounted(target, one));
  return amount(target, over, counted) > over.count;
}

/** Lines can be deleted in a file that stays; files are added or deleted as a whole. */
function isCounted(target: Target<"change">, file: FileFact): boolean {
  const { kind, over, ...place } = target;
  return matchesFile(over?.of === "files" && kind ? { ...place, kind } : place, file, false);
}

function amount(target: Target<"change">, { of }: PolicySize, files: readonly FileFact[]): number {
  if (of === "files") return new Set(files.map(({ path }) => path)).size;
  return files.reduce((sum, file) => sum + linesOf(target, file), 0);
}

function linesOf({ kind }: Target<"change">, { added, deleted }: FileFact): number {
  return (kind === "delete" ? 0 : added) + (kind === "add" ? 0 : deleted);
}

function matchesCommand(target: CommandTarget, part: Command): Match {
  switch (target.type) {
    case "outsideWorktree":
      return part.outside === undefined ? "maybe" : yesIf(part.outside);
    case "connection":
      return inDoubt(matchesConnection(target, part), part);
    case "command": {
      const { argv, exact, class: kind } = target;
      if (kind) return inDoubt(isOf(kind, part), part);
      if (argv === undefined) return "yes";
      return inDoubt(strictest(argv.map((one) => mayBe(part.words, one, exact))), part);
    }
  }
}

/** A program that is known and no network program names a host by a redirection alone. */
function isOf(kind: CommandClass, part: Command): Match {
  if (isOfClass(kind, part.words)) return "yes";
  if (kind !== "network" || part.unknown !== undefined || part.hosts.length === 0) return "no";
  return part.hosts.every((host) => host === null) ? "maybe" : "yes";
}

function inDoubt(match: Match, { unknown }: Command): Match {
  return match === "no" && unknown !== undefined ? "maybe" : match;
}

function strictest(found: readonly Match[]): Match {
  if (found.includes("yes")) return "yes";
  return found.includes("maybe") ? "maybe" : "no";
}

function matchesConnection(target: Target<"connection">, part: Command): Match {
  const reached = part.hosts.map(
    (host): Match => (host === null ? "maybe" : yesIf(isAmongHosts(target, host))),
  );
  const isSilent = reached.length === 0 && isOfClass("network", part.words);
  return isSilent ? "maybe" : strictest(reached);
}

function everyHost(target: Target<"connection">, { hosts }: Command): boolean {
  return hosts.every((host) => host !== null && isAmongHosts(target, host));
}

/** A pattern without a port stands for every port. */
function isHost(pattern: string, host: string): boolean {
  const [wanted = "", wantedPort] = pattern.split(":");
  const [name = "", port] = host.split(":");
  if (wantedPort !== undefined && port !== undefined && port !== wantedPort) return false;
  return wanted.startsWith("*.") ? name.endsWith(wanted.slice(1)) : name === wanted;
}
