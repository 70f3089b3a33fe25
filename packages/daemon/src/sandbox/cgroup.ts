import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "@heddle/protocol";
import { isAlive } from "../os/processes.ts";

/** The control files of a scope and what is written to them; only those of `controllers`. */
export interface ScopeRules {
  readonly controllers: readonly string[];
  readonly limits: Readonly<Record<string, string>>;
}

/** What one box may use, as the kernel holds it for all of its processes together. */
export function boxRules(memoryBytes: number, processes: number): ScopeRules {
  return {
    controllers: ["memory", "pids"],
    limits: {
      "memory.max": String(memoryBytes),
      "memory.swap.max": "0",
      "memory.oom.group": "1",
      [processLimit]: String(processes),
    },
  };
}

const processLimit = "pids.max";
const leafName = "heddle-daemon";
const removalTries = 20;
const removalPauseMs = 10;

/** A cgroup of one box. Its processes must have ended before it is disposed of. */
export class Scope implements AsyncDisposable {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Takes processes in; what they start from then on belongs to it, too. */
  enter(pids: readonly number[]): void {
    for (const pid of pids) writeFileSync(join(this.path, "cgroup.procs"), String(pid));
  }

  /** Whether the kernel has ended it for the memory that it used. */
  outOfMemory(): boolean {
    const events = readQuietly(join(this.path, "memory.events"));
    return /^oom_kill [1-9]/m.test(events);
  }

  /** The kernel takes a moment to let go of what has ended; the rest is for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (let tries = 0; tries < removalTries && !remove(this.path); tries += 1) {
      await delay(removalPauseMs);
    }
  }
}

/** Where boxes get scopes, or why they cannot. */
export type ScopeSource =
  | {
      readonly type: "scopes";
      /** The controllers whose limits the kernel holds; the rest is watched. */
      readonly holds: readonly string[];
      readonly create: () => Scope;
    }
  | { readonly type: "none"; readonly reason: string };

/**
 * Looks for a cgroup that the daemon may divide: of version 2, the kernel's own or one that was
 * delegated to it, else of version 1, where only the number of processes is held. Whatever is in the
 * way is the reason why there are none.
 */
export function findScopes(rules: ScopeRules): ScopeSource {
  const most = rules.limits[processLimit];
  const unified = attempt(() => unifiedScopes(rules));
  if (unified.type === "scopes" || most === undefined) return unified;
  const older = attempt(() => scopesIn(olderGroup(), ["pids"], { [processLimit]: most }));
  return older.type === "scopes" ? older : unified;
}

function attempt(find: () => ScopeSource): ScopeSource {
  try {
    return find();
  } catch (error) {
    return none(messageOf(error));
  }
}

/** The daemon moves into a leaf, since a group with processes of its own has no limits for others. */
function unifiedScopes({ controllers, limits }: ScopeRules): ScopeSource {
  const group = ownGroup();
  const offered = words(join(group, "cgroup.controllers"));
  const missing = controllers.filter((name) => !offered.includes(name));
  if (missing.length > 0) return none(`cgroup v2 has no controller ${missing.join(" or ")} here`);
  divide(group, controllers);
  return scopesIn(group, controllers, limits);
}

function scopesIn(
  group: string,
  holds: readonly string[],
  limits: ScopeRules["limits"],
): ScopeSource {
  clearScopes(group);
  let made = 0;
  return { type: "scopes", holds, create: () => createScope(group, ++made, limits) };
}

const none = (reason: string): ScopeSource => ({ type: "none", reason });

/** The daemon's own group in the hierarchy that version 1 has for the number of processes. */
function olderGroup(): string {
  const own = /^\d+:(?:[^:\n]*,)?pids(?:,[^:\n]*)?:(\/.*)$/m;
  const group = own.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  const mount = /^\S+ (\S+) cgroup \S*\bpids\b/m.exec(mounts)?.[1];
  if (group === undefined || mount === undefined) throw new Error("there is no cgroup v1");
  const path = join(mount, group);
  accessSync(path, constants.W_OK);
  return path;
}

function createScope(group: string, number: number, limits: ScopeRules["limits"]): Scope {
  const path = join(group, `heddle-box-${process.pid}-${number}`);
  mkdirSync(path);
  try {
    for (const [file, value] of Object.entries(limits)) writeFileSync(join(path, file), value);
  } catch (error) {
    remove(path);
    throw error;
  }
  return new Scope(path);
}

function ownGroup(): string {
  const own = /^0::(\/.*)$/m.exec(readFileSync("/proc/self/cgroup", "utf8"))?.[1];
  const mounts = readFileSync("/proc/self/mounts", "utf8");
  const mount = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (own === undefined || mount === undefined) throw new Error("there is no cgroup v2");
  // A daemon that follows another one begins where that one moved to.
  const path = join(mount, basename(own) === leafName ? dirname(own) : own);
  for (const file of ["", "cgroup.procs", "cgroup.subtree_control"]) {
    accessSync(join(path, file), constants.W_OK);
  }
  return path;
}

/** Only the kernel's first group may hold processes and still give its children limits. */
function divide(group: string, controllers: readonly string[]): void {
  const control = join(group, "cgroup.subtree_control");
  const wanted = controllers.filter((name) => !words(control).includes(name));
  if (wanted.length === 0) return;
  const leaf = join(group, leafName);
  const mustMove = existsSync(join(group, "cgroup.type"));
  if (mustMove) {
    mkdirSync(leaf, { recursive: true });
    writeFileSync(join(leaf, "cgroup.procs"), String(process.pid));
  }
  try {
    writeFileSync(control, wanted.map((name) => `+${name}`).join(" "));
  } catch (error) {
    if (mustMove) writeFileSync(join(group, "cgroup.procs"), String(process.pid));
    remove(leaf);
    throw new Error(`the cgroup ${group} cannot be divided`, { cause: error });
  }
}

/** Those of daemons that were killed. */
function clearScopes(group: string): void {
  for (const name of readdirSync(group)) {
    const pid = /^heddle-box-(\d+)-\d+$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) remove(join(group, name));
  }
}

function words(file: string): string[] {
  return readFileSync(file, "utf8").trim().split(/\s+/);
}

function remove(path: string): boolean {
  try {
    rmdirSync(path);
    return true;
  } catch {
    return !existsSync(path);
  }
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
