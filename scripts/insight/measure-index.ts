// Measures the index of one tree in a process of its own, and prints JSON.
// node --conditions=@heddle/source scripts/insight/measure-index.ts TREE
import { appendFileSync, globSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { CodeIndex, type CodeIndexOptions } from "../../packages/daemon/src/services/code-index.ts";
import { watchLoop } from "./loop-watch.ts";

const [root = "."] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "heddle-index-"));
const git: CodeIndexOptions["git"] = async ({ args }) => {
  const {
    exitCode = 1,
    stdout,
    stderr,
  } = await execa("git", args, {
    cwd: root,
    encoding: "buffer",
    maxBuffer: 1 << 30,
  });
  return { exitCode, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr).toString() };
};
const gitDir = join(root, ".git");
const paths = { worktree: root, gitDir, gitCommonDir: gitDir };
const tree = { owner: "bench", root, checkout: paths };
const rounds = 9;

try {
  console.log(JSON.stringify(await measure()));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure() {
  const floor = await measureFloor();
  await using index = new CodeIndex({ directory, git });
  const loop = watchLoop();
  const cpu = cpuMs();
  let indexedMs = 0;
  const coldMs = await timed(async () => {
    const start = performance.now();
    const opened = await index.open(tree);
    indexedMs = Math.round(performance.now() - start);
    await opened.ask("map", { budget: 1_500 });
  });
  const coldCpuMs = Math.round(cpuMs() - cpu);
  const { maxDelayMs, maxCpuMs } = loop.stop();
  const coldPeakMb = process.resourceUsage().maxRSS / 1_000;
  const opened = await index.open(tree);
  const warmRefreshMs = await medianOf(() => index.open(tree));
  const warmMapMs = await medianOf(() => opened.ask("map", { budget: 1_500 }));
  const changes = await measureChanges(index, opened);
  return {
    files: opened.summary.files,
    ...floor,
    coldMs,
    indexedMs,
    coldCpuMs,
    coldToFloor: round(coldMs / floor.floorMs),
    coldCpuToFloor: round(coldCpuMs / floor.floorCpuMs),
    coldPeakMb: Math.round(coldPeakMb),
    loopMaxDelayMs: round(maxDelayMs),
    loopMaxCpuMs: round(maxCpuMs),
    warmRefreshMs,
    warmMapMs,
    ...changes,
  };
}

/** What no index can do without, in one thread: reading all sources, and looking at each character. */
async function measureFloor() {
  const files = globSync("packages/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", { cwd: root });
  const read = () => {
    for (const file of files) count(readFileSync(join(root, file), "utf8"));
  };
  read();
  const cpu = cpuMs();
  const floorMs = await timed(async () => read());
  return { floorMs, floorCpuMs: Math.round(cpuMs() - cpu) };
}

/** The least of a lexer: how many words a text has. */
function count(text: string): number {
  let words = 0;
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at) | 32;
    const isLetter = code >= 97 && code <= 122;
    if (isLetter && !inWord) words += 1;
    inWord = isLetter;
  }
  return words;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A file that many use gets one more definition, and loses it again. */
async function measureChanges(index: CodeIndex, opened: Awaited<ReturnType<CodeIndex["open"]>>) {
  const map = await opened.ask("map", { budget: 300 });
  const [path = ""] = map.text.split(":", 1);
  const file = join(root, path);
  const size = readFileSync(file).length;
  const rows: number[] = [];
  const maps: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    appendFileSync(file, `\nexport const added${at} = 1;\n`);
    const start = performance.now();
    await index.changed(tree, [path]);
    rows.push(performance.now() - start);
    await opened.ask("map", { budget: 1_500, focus: [path] });
    maps.push(performance.now() - start);
    truncateSync(file, size);
  }
  await index.changed(tree, [path]);
  return { changedToRowsMs: median(rows), changedToMapMs: median(maps) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let at = 0; at < rounds; at += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return median(times);
}

function median(values: number[]): number {
  return round(values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
