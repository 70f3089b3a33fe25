// Measures the index of one tree in a process of its own, and prints JSON.
// node --conditions=@heddle/source scripts/insight/measure-index.ts TREE
import { appendFileSync, globSync, mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { CodeIndex } from "../../packages/daemon/src/services/code-index.ts";

const [root = "."] = process.argv.slice(2);
const directory = mkdtempSync(join(tmpdir(), "heddle-index-"));
const tree = { owner: "bench", root };
const rounds = 5;

try {
  console.log(JSON.stringify(await measure()));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function measure() {
  const bareReadMs = await timed(() => readAll());
  const loop = monitorEventLoopDelay({ resolution: 2 });
  await using index = new CodeIndex({ directory, git: () => Promise.reject(new Error("no git")) });
  loop.enable();
  const cpu = process.cpuUsage();
  const coldMs = await timed(async () => {
    const opened = await index.open(tree);
    await opened.ask("map", { budget: 1_500 });
  });
  const { user, system } = process.cpuUsage(cpu);
  loop.disable();
  const coldPeakMb = process.resourceUsage().maxRSS / 1_000;
  const opened = await index.open(tree);
  const warmMs = await medianOf(() => index.open(tree));
  const warmMapMs = await medianOf(() => opened.ask("map", { budget: 1_500 }));
  const changes = await measureChanges(index, opened);
  return {
    files: opened.summary.files,
    bareReadMs,
    coldMs,
    coldCpuMs: Math.round((user + system) / 1_000),
    coldPeakMb: Math.round(coldPeakMb),
    maxLoopBlockMs: round(loop.max / 1e6),
    warmRefreshMs: warmMs,
    warmMapMs,
    ...changes,
  };
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

function readAll(): Promise<void> {
  const files = globSync("packages/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}", { cwd: root });
  for (const file of files) readFileSync(join(root, file));
  return Promise.resolve();
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
