import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planPatch } from "../packages/daemon/src/agent/patch/apply.ts";
import { applyChanges, patchSource } from "../packages/daemon/src/agent/patch/write.ts";
import { openTree } from "../packages/daemon/src/os/tree-files.ts";
import type { Network } from "../packages/daemon/src/sandbox/egress/routes.ts";
import { createSandbox } from "../packages/daemon/src/sandbox/sandbox.ts";
import type { Box, Checkout } from "../packages/daemon/src/sandbox/types.ts";

/** Milliseconds of what is measured, of its plain counterpart, and what it costs on top. */
export interface Comparison {
  readonly runs: number;
  readonly plain: Quantiles;
  readonly ours: Quantiles;
  /** Of each run over the plain one right before it. */
  readonly over: Quantiles;
}

interface Quantiles {
  readonly medianMs: number;
  readonly p95Ms: number;
}

type Work = () => Promise<unknown>;

interface Pair {
  readonly plain: Work;
  readonly ours: Work;
  /** Runs after each pair, and is not measured. */
  readonly after?: Work;
}

/** A host is granted, so that the box has its proxy; nothing is dialled. */
const network: Network = {
  hosts: ["registry.npmjs.org:443"],
  allows: () => true,
  onChange: () => ({ [Symbol.dispose]: () => undefined }),
  dial: () => Promise.reject(new Error("nothing is dialled")),
  log: () => undefined,
};

const content = `${Array.from({ length: 200 }, (_, at) => `line ${at}`).join("\n")}\n`;

/**
 * Measures, in this process and from the source, a boxed command against a plain spawn, and the
 * file tools against a plain read and write. Both take turns, so that a busy machine slows both.
 */
export async function measureBox(runs: number): Promise<Record<string, Comparison>> {
  using place = makePlace();
  const { checkout, stateDir, home } = place;
  const sandbox = createSandbox({ allowRoot: true, stateDir, home });
  const open = (more: { network?: Network } = {}) =>
    sandbox.open({ checkout, access: "rw", readable: [], env: {}, ...more });
  const first = (more: { network?: Network }) =>
    compareFirst(Math.ceil(runs / 4), () => open(more), checkout);
  await sandbox.prove();
  await using box = await open();
  return {
    command: await compare(runs, { plain: spawnPlain, ours: () => runBoxed(box, checkout) }),
    firstCommand: await first({}),
    firstCommandWithHosts: await first({ network }),
    ...(await measureFiles(runs, checkout.worktree)),
  };
}

/** A command in a box that is opened for it. */
async function compareFirst(
  runs: number,
  open: () => Promise<Box>,
  checkout: Checkout,
): Promise<Comparison> {
  let fresh: Box | undefined;
  return await compare(runs, {
    plain: spawnPlain,
    ours: async () => {
      fresh = await open();
      await runBoxed(fresh, checkout);
    },
    after: async () => fresh?.[Symbol.asyncDispose](),
  });
}

async function measureFiles(runs: number, worktree: string): Promise<Record<string, Comparison>> {
  using tree = openTree(worktree);
  const path = join(worktree, "file.txt");
  let round = 0;
  const read = await compare(runs, {
    plain: () => readFile(path),
    ours: () => tree.read("file.txt", { maxBytes: 1024 * 1024 }),
  });
  const patch = await compare(runs, {
    plain: async () => {
      await readFile(path);
      await writeFile(path, content);
    },
    ours: async () => {
      const lines = ["@@", "-line 100", `+line 100 ${++round}`];
      const text = ["*** Begin Patch", "*** Update File: file.txt", ...lines, "*** End Patch"];
      await applyChanges(tree, await planPatch(text.join("\n"), patchSource(tree)));
    },
  });
  return { read, patch };
}

async function compare(runs: number, { plain, ours, after }: Pair): Promise<Comparison> {
  const times: { plain: number; ours: number }[] = [];
  for (let run = -2; run < runs; run += 1) {
    const pair = { plain: await timed(plain), ours: await timed(ours) };
    if (run >= 0) times.push(pair);
    await after?.();
  }
  return {
    runs,
    plain: quantiles(times.map((pair) => pair.plain)),
    ours: quantiles(times.map((pair) => pair.ours)),
    over: quantiles(times.map((pair) => pair.ours - pair.plain)),
  };
}

async function timed(work: Work): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) =>
    Math.round((sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN) * 100) / 100;
  return { medianMs: at(0.5), p95Ms: at(0.95) };
}

async function spawnPlain(): Promise<void> {
  const child = spawn("bash", ["-c", "true"], { stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.resume();
  child.stderr.resume();
  await once(child, "close");
}

async function runBoxed(box: Box, { worktree: cwd }: Checkout): Promise<void> {
  await (await box.run({ cmd: "true", cwd, tty: false, timeoutMs: 10_000 })).exited;
}

interface Place extends Disposable {
  readonly checkout: Checkout;
  readonly stateDir: string;
  readonly home: string;
}

function makePlace(): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "heddle-bench-box-")));
  const [home, stateDir, repository] = ["home", "state", "repository"].map((name) => {
    const path = join(root, name);
    mkdirSync(path, { mode: 0o700 });
    return path;
  }) as [string, string, string];
  const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, stdio: "pipe" });
  const worktree = join(stateDir, "bench");
  git("init", "-q", "-b", "main");
  writeFileSync(join(repository, "file.txt"), content);
  git("add", "-A");
  git("-c", "user.name=Bench", "-c", "user.email=bench@localhost", "commit", "-q", "-m", "start");
  git("worktree", "add", "-q", worktree);
  const gitCommonDir = join(repository, ".git");
  const checkout = { worktree, gitDir: join(gitCommonDir, "worktrees", "bench"), gitCommonDir };
  return {
    checkout,
    stateDir,
    home,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}
