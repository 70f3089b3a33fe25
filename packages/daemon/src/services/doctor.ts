import { statfs } from "node:fs/promises";
import {
  DaemonError,
  type DoctorFinding,
  type Provider,
  type StorageStatus,
} from "@heddle/protocol";
import { type HeddlePaths, maxSocketPathBytes } from "@heddle/protocol/node";
import { runProgram } from "../os/programs.ts";
import type { Sandbox } from "../sandbox/types.ts";
import { isStorageFault } from "../store/database.ts";
import { examineStorage } from "./doctor-storage.ts";
import type { Models } from "./models.ts";
import type { Spools } from "./spools.ts";

const oldestGit = [2, 38] as const;
const reportIt = "no command runs until this holds; report it with this output";
const leastDiskBytes = 1024 ** 3;

export interface DoctorOptions {
  readonly paths: HeddlePaths;
  readonly sandbox: Sandbox;
  readonly models: Models;
  readonly spools: Spools;
  readonly storage: StorageStatus;
}

/** Proves what the daemon relies on; each fault comes with its mend. */
export async function examine({
  paths,
  sandbox,
  models,
  spools,
  storage,
}: DoctorOptions): Promise<DoctorFinding[]> {
  const [box, git, disk, providers] = await Promise.all([
    examineBox(sandbox),
    examineGit(),
    examineDisk(paths.state, spools),
    examineProviders(models),
  ]);
  return [...box, git, examineSocket(paths.socket), disk, ...examineStorage(storage), ...providers];
}

async function examineBox(sandbox: Sandbox): Promise<DoctorFinding[]> {
  try {
    const proofs = await sandbox.prove({ afresh: true });
    return proofs.map(({ name, passed, detail, mend = reportIt }) => ({
      name: `sandbox: ${name}`,
      ok: passed,
      detail,
      mend: passed ? null : mend,
    }));
  } catch (error) {
    if (isStorageFault(error)) return [unproven];
    if (!(error instanceof DaemonError)) throw error;
    const { mend } = error.details;
    if (typeof mend === "string") {
      return [{ name: "sandbox", ok: false, detail: error.message, mend }];
    }
    const [detail = "", ...rest] = error.message.split(": ");
    return [{ name: "sandbox", ok: false, detail, mend: rest.join(": ") || reportIt }];
  }
}

const unproven: DoctorFinding = {
  name: "sandbox",
  ok: false,
  detail: "cannot be proven while nothing can be stored",
  mend: "free some space",
};

async function examineGit(): Promise<DoctorFinding> {
  const { stdout } = await runProgram("git", ["--version"]);
  const version = /\d+\.\d+(\.\d+)?/.exec(stdout)?.[0];
  const [major = 0, minor = 0] = (version ?? "0.0").split(".").map(Number);
  const ok = major > oldestGit[0] || (major === oldestGit[0] && minor >= oldestGit[1]);
  const needed = oldestGit.join(".");
  const detail = version ?? "not found";
  return { name: "git", ok, detail, mend: ok ? null : `install git ${needed} or newer` };
}

function examineSocket(socket: string): DoctorFinding {
  const bytes = Buffer.byteLength(socket);
  const ok = bytes <= maxSocketPathBytes;
  const detail = `${socket} (${bytes} of ${maxSocketPathBytes} bytes)`;
  return { name: "socket", ok, detail, mend: ok ? null : "set a shorter HEDDLE_HOME" };
}

async function examineDisk(state: string, spools: Spools): Promise<DoctorFinding> {
  const { bavail, bsize } = await statfs(state);
  const free = bavail * bsize;
  const ok = free >= leastDiskBytes;
  const kept = `${((await spools.size()) / 1024 ** 2).toFixed(0)} MiB of command outputs`;
  const detail = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${state}, which keeps ${kept}`;
  return { name: "disk", ok, detail, mend: ok ? null : "free some space, or move HEDDLE_HOME" };
}

async function examineProviders(line: Models): Promise<DoctorFinding[]> {
  const { providers, models } = await line.list();
  const main = models.find(({ roles }) => roles.includes("main"))?.provider;
  return providers.map((provider) =>
    provider.credentials === "missing" && provider.id !== main
      ? { name: `provider: ${provider.id}`, ok: true, detail: "not set up", mend: null }
      : examineProvider(provider),
  );
}

function examineProvider({ id, baseUrl, failure }: Provider): DoctorFinding {
  const detail = failure ?? `answers at ${baseUrl}`;
  const mend = failure === null ? null : `check [providers.${id}] in the configuration`;
  return { name: `provider: ${id}`, ok: failure === null, detail, mend };
}
