import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { isAlive } from "../os/processes.ts";
import { boxRules, findScopes, type ScopeSource } from "./cgroup.ts";
import { filterFile, ownerOf } from "./left-boxes.ts";
import { limits, memoryLimit } from "./limits.ts";
import { seccompProgram } from "./seccomp.ts";
import { unavailable } from "./unavailable.ts";

export interface LinuxOptions {
  readonly allowRoot: boolean;
  readonly stateDir: string;
  /** What one box may use, within the machine's own limit; 4 GiB by default. */
  readonly memoryBytes?: number;
  readonly runtimeDir?: string;
  readonly home?: string;
  readonly arch?: string;
  /** For tests only: boxes are made by the system's bubblewrap and by no other. */
  readonly bwrapPath?: string;
}

/** What all boxes of a process share, checked and written down once. */
export interface Runtime {
  readonly bwrap: string;
  readonly home: string;
  readonly stateDir: string;
  /** A private directory that no box can see. */
  readonly dir: string;
  readonly seccomp: Buffer;
  readonly seccompFile: string;
  readonly hostsFile: string;
  /** How many filters the daemon itself runs under; a box must have more. */
  readonly outerFilters: number;
  readonly node: Toolchain;
  readonly memoryBytes: number;
  readonly scopes: ScopeSource;
  /** Whether the daemon's parent left it descriptors that its children would inherit. */
  readonly inheritsFiles: boolean;
  /** Sanitised git configurations by the hash of the original. */
  readonly configs: Map<string, Promise<string>>;
}

export interface Toolchain {
  readonly bin: string;
  readonly roots: readonly string[];
}

/** Fails with `sandboxUnavailable` where no box can be made, and says what is missing. */
export async function prepareRuntime(options: LinuxOptions): Promise<Runtime> {
  if (process.getuid?.() === 0 && !options.allowRoot) {
    throw unavailable(
      "commands are not run as root: use an ordinary user, or set sandbox.allow_root = true",
    );
  }
  const seccomp = seccompProgram(options.arch ?? process.arch);
  const bwrap = options.bwrapPath ?? "/usr/bin/bwrap";
  await checkBwrap(bwrap);
  const dir = await privateDirectory(options);
  const seccompFile = join(dir, filterFile);
  const hostsFile = join(dir, "hosts");
  const memoryBytes = memoryLimit(options.memoryBytes);
  await writeFile(seccompFile, seccomp, { mode: 0o600 });
  await writeFile(hostsFile, "127.0.0.1 localhost\n::1 localhost\n", { mode: 0o644 });
  return {
    bwrap,
    home: await boxHome(options.home ?? homedir()),
    stateDir: await realpath(options.stateDir),
    dir,
    seccomp,
    seccompFile,
    hostsFile,
    outerFilters: filterCount(await readFile("/proc/self/status", "utf8")),
    node: await runningNode(),
    memoryBytes,
    scopes: findScopes(boxRules(memoryBytes, limits.processes)),
    inheritsFiles: await inheritsFiles(),
    configs: new Map(),
  };
}

/** The number of seccomp filters in the text of a `/proc/PID/status`; older kernels tell only if. */
export function filterCount(status: string): number {
  const count = /^Seccomp_filters:\s+(\d+)$/m.exec(status)?.[1];
  return Number(count ?? (/^Seccomp:\s+2$/m.test(status) ? 1 : 0));
}

async function inheritsFiles(): Promise<boolean> {
  const closeOnExec = 0o2000000;
  const open = (await readdir("/proc/self/fdinfo")).filter((fd) => Number(fd) > 2);
  const infos = await Promise.all(
    open.map((fd) => readFile(`/proc/self/fdinfo/${fd}`, "utf8").catch(() => "")),
  );
  return infos.some((info) => {
    const flags = /^flags:\s+(\d+)$/m.exec(info)?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  });
}

/** Whether bubblewrap is there, runs, and is new enough. */
export async function checkBwrap(path: string): Promise<void> {
  const install = "install bubblewrap 0.8 or newer, for example with `apt-get install bubblewrap`";
  await access(path).catch((error: unknown) => {
    throw unavailable(`${path} is missing: ${install}`, error);
  });
  await access(path, constants.X_OK).catch((error: unknown) => {
    throw unavailable(`${path} cannot be run: \`sudo chmod 755 ${path}\``, error);
  });
  const answer = await execa(path, ["--version"], { reject: false, timeout: 10_000 });
  const [, major, minor] = /(\d+)\.(\d+)/.exec(answer.stdout) ?? [];
  if (Number(major) > 0 || Number(minor) >= 8) return;
  throw unavailable(
    `${path} is too old or does not run (${answer.stdout || "no version"}): ${install}`,
  );
}

async function privateDirectory({ stateDir, runtimeDir }: LinuxOptions): Promise<string> {
  const asked = runtimeDir ?? join(stateDir, "box");
  await mkdir(asked, { recursive: true, mode: 0o700 });
  const dir = await realpath(asked);
  const found = await stat(dir);
  if (found.uid !== process.getuid?.() || (found.mode & 0o077) !== 0) {
    throw unavailable(`${dir} must be yours alone: run \`chmod 700 ${dir}\``);
  }
  await removeLeftovers(dir);
  await removeLeftovers(stateDir);
  return dir;
}

/** A daemon that was killed leaves its pipes and its scratch checkout behind. */
async function removeLeftovers(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = ownerOf(name);
    if (pid !== undefined && !isAlive(pid)) await rm(join(dir, name), { recursive: true });
  }
}

/** A service may have `/` or nothing as its home; the box needs a directory of its own. */
async function boxHome(home: string): Promise<string> {
  const found = await realpath(home).catch(() => "/");
  return found === "/" ? "/home/heddle" : found;
}

/** The prefix of the running Node where it has npm beside it, else the one file. */
async function runningNode(): Promise<Toolchain> {
  const file = await realpath(process.execPath);
  const bin = dirname(file);
  if (file.startsWith("/usr/")) return { bin, roots: [] };
  const prefix = dirname(bin);
  const complete = await access(join(prefix, "lib/node_modules/npm")).then(
    () => true,
    () => false,
  );
  return { bin, roots: [complete ? prefix : file] };
}
