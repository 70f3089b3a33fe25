// Measures a daemon of its own against the scripted model, and prints one JSON document.
//
//   npm run bench [-- --build] [--repeat 20] [--tokens 20000] [--threads 1000] [--steps 100]
//
// --build measures what `npm run build` made instead of the source. Times are milliseconds, memory
// is MB (1e6 bytes) of resident set, CPU is milliseconds of the daemon's process. Nothing is judged.
// With --only-steps nothing but the steps of one turn is measured.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { ProjectId, ThreadId } from "@heddle/protocol";
import { connect, type HeddleClient, heddlePaths } from "@heddle/protocol/node";
import { execa } from "execa";
import { multiplyThread } from "./bench/many-threads.ts";
import { type StepModel, startStepModel } from "./bench/step-model.ts";
import { measureBox } from "./bench-box.ts";

const { values: options } = parseArgs({
  options: {
    build: { type: "boolean", default: false },
    repeat: { type: "string", default: "20" },
    tokens: { type: "string", default: "20000" },
    threads: { type: "string", default: "1000" },
    steps: { type: "string", default: "100" },
    "only-steps": { type: "boolean", default: false },
  },
});
const repeat = Number(options.repeat);
const tokens = Number(options.tokens);
const threads = Number(options.threads);
const steps = Number(options.steps);

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const daemonModule = (source: string, built: string) =>
  options.build
    ? [at(`packages/daemon/dist/bundle/${built}.js`)]
    : ["--conditions=@heddle/source", at(`packages/daemon/src/${source}.ts`)];

const fixTask =
  '[[edit path=src/sum.js find="return a - b;" replace="return a + b;" check="node --test"]]';

const cli = at("packages/cli/bin/heddle.js");
const scratch = mkdtempSync(join(tmpdir(), "heddle-bench-"));
const env = { ...process.env, HEDDLE_HOME: join(scratch, "h"), HEDDLE_ALLOW_ROOT: "1" };
const cliEnv = { ...env, ...(options.build ? { HEDDLE_BUILD: "1" } : {}) };
const running: ChildProcess[] = [];

try {
  const measured = options["only-steps"] ? await measureOnlySteps() : await measureAll();
  console.log(JSON.stringify(measured, null, 2));
} finally {
  for (const child of running) child.kill();
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
}

async function measureAll() {
  await using stepModel = await startStepModel(steps);
  configure(await startModel(), stepModel);
  const repository = await makeRepository();
  const cliStart = await measureCli();
  const demoSeconds = await measureDemo();
  const { daemon, client, firstAnswerMs } = await startDaemon();
  const pid = daemon.pid ?? 0;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const idle = await measureIdle(pid);
  const rpc = await series(repeat * 10, () => client.call("daemon/status", {}));
  const { id: projectId } = await client.call("project/add", {
    path: repository,
    access: "rw",
    settings: { checks: ["node --test"] },
  });
  const thread = (title: string) => client.call("thread/start", { projectId, title });
  const talk = (await thread("talk")).id;
  await turn(client, talk, "[[say n=1]]");
  const oneTokenTurn = await series(repeat, () => turn(client, talk, "[[say n=1]]"));
  const task = await series(Math.ceil(repeat / 4), async () => {
    const { id } = await thread("fix");
    await turn(client, id, fixTask);
  });
  const step = await measureSteps({ client, pid }, projectId, stepModel);
  const stream = await measureStream(client, talk, pid);
  const memoryAfterMb = residentMb(pid);
  client.close();
  const boot = await measureBoot(daemon);
  const box = await measureBox(repeat * 10);
  const system = { cores: cpus().length, model: cpus()[0]?.model, node: process.version };
  const runs = { build: options.build, repeat, tokens, threads, steps };
  const daemonFigures = { firstAnswerMs, ...idle, memoryAfterMb };
  const figures = {
    daemon: daemonFigures,
    cliStart,
    rpc,
    oneTokenTurn,
    task,
    step,
    stream,
    boot,
    box,
  };
  return { system, runs, ...figures, demoSeconds };
}

async function measureOnlySteps() {
  await using stepModel = await startStepModel(steps);
  configure(stepModel.url, stepModel);
  const repository = await makeRepository();
  const { daemon, client } = await startDaemon();
  const project = await client.call("project/add", { path: repository, access: "rw" });
  const figures = {
    step: await measureSteps({ client, pid: daemon.pid ?? 0 }, project.id, stepModel),
  };
  client.close();
  await stopped(daemon, "SIGTERM");
  return figures;
}

function configure(url: string, stepModel: StepModel): void {
  mkdirSync(env.HEDDLE_HOME, { recursive: true });
  const provider = (name: string, base: string) =>
    `[providers.${name}]\nbase_url = "${base}"\nwire_api = "responses"\n`;
  const providers = provider("local", url) + provider("steps", stepModel.url);
  const models = `[models]\nmain = "local/scripted"\n[edit_tools]\nscripted = "apply_patch"\n`;
  writeFileSync(join(env.HEDDLE_HOME, "config.toml"), providers + models);
}

/** What a step costs by itself: a call that needs no box and no git, and a model that takes no time. */
async function measureSteps(
  { client, pid }: { client: HeddleClient; pid: number },
  projectId: ProjectId,
  stepModel: StepModel,
) {
  const { id } = await client.call("thread/start", { projectId, title: "steps" });
  const ask = () => turn(client, id, "[[readOn]]", { model: "steps/scripted" });
  await ask();
  const before = cpuMs(pid);
  await ask();
  const cpuMsPerStep = round((cpuMs(pid) - before) / steps);
  return { ...spread(stepModel.gaps()), cpuMsPerStep };
}

async function startModel(): Promise<string> {
  const child = spawn(process.execPath, daemonModule("scripted-model/main", "scripted-model"), {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return (JSON.parse(line.toString()) as { url: string }).url;
}

async function startDaemon() {
  const startedAt = performance.now();
  const daemon = spawn(process.execPath, daemonModule("main", "main"), { env, stdio: "inherit" });
  running.push(daemon);
  const client = await untilAnswering();
  return { daemon, client, firstAnswerMs: round(performance.now() - startedAt) };
}

async function untilAnswering(): Promise<HeddleClient> {
  const socketPath = heddlePaths(env).socket;
  const identity = { name: "bench", kind: "script" } as const;
  for (;;) {
    try {
      return await connect({ socketPath, client: identity, reconnectForMs: 0 });
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

async function makeRepository(): Promise<string> {
  const root = join(scratch, "repository");
  for (const folder of ["src", "test"]) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, "package.json"), '{ "type": "module", "private": true }\n');
  const lines = Array.from({ length: steps }, (_, index) => `line ${index + 1}\n`);
  writeFileSync(join(root, "lines.txt"), lines.join(""));
  writeFileSync(join(root, "src/sum.js"), "export function sum(a, b) {\n  return a - b;\n}\n");
  writeFileSync(
    join(root, "test/sum.test.js"),
    `import assert from "node:assert/strict";
import test from "node:test";
import { sum } from "../src/sum.js";
test("sums", () => assert.equal(sum(2, 3), 5));
`,
  );
  const git = execa({ cwd: root });
  await git`git init -q -b main`;
  await git`git add -A`;
  await git`git -c user.name=Bench -c user.email=bench@localhost commit -q -m start`;
  return root;
}

/** Starts a turn and resolves when it has ended; `onText` sees what streams. */
async function turn(
  client: HeddleClient,
  threadId: ThreadId,
  text: string,
  { model, onText = () => {} }: { model?: string; onText?: (text: string) => void } = {},
): Promise<void> {
  const { seq } = await client.call("thread/read", { threadId, limit: 1 });
  const { id } = await client.call("turn/start", {
    threadId,
    input: [{ type: "text", text }],
    ...(model && { model }),
  });
  for await (const notice of client.followThread(threadId, { afterSeq: seq })) {
    if (notice.type === "text") onText(notice.text);
    else if (notice.event.type === "turnCompleted" && notice.event.turn.id === id) {
      const { state, failure } = notice.event.turn;
      if (state === "done") return;
      throw new Error(`a turn ended ${state}: ${failure?.message}`);
    }
  }
}

/** A home with this many threads, of which the daemon is killed and started again. */
async function measureBoot(before: ChildProcess) {
  await stopped(before, "SIGTERM");
  const state = heddlePaths(env).state;
  multiplyThread(state, threads);
  const times: number[] = [];
  for (let start = 0; start <= Math.ceil(repeat / 4); start += 1) {
    const { daemon, client, firstAnswerMs } = await startDaemon();
    client.close();
    await stopped(daemon, "SIGKILL");
    if (start > 0) times.push(firstAnswerMs);
  }
  const databaseMb = round(statSync(join(state, "heddle.db")).size / 1e6);
  return { threads, databaseMb, readyAfterKillMs: spread(times) };
}

async function stopped(daemon: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(daemon, "exit");
  daemon.kill(signal);
  await exited;
}

async function measureStream(client: HeddleClient, threadId: ThreadId, pid: number) {
  const [cpuBefore, startedAt] = [cpuMs(pid), performance.now()];
  let firstTextMs = 0;
  let frames = 0;
  await turn(client, threadId, `[[say n=${tokens}]]`, {
    onText: () => {
      firstTextMs ||= performance.now() - startedAt;
      frames += 1;
    },
  });
  const wallMs = performance.now() - startedAt;
  return {
    tokensPerSecond: Math.round(tokens / (wallMs / 1000)),
    cpuMsPer1000Tokens: round((cpuMs(pid) - cpuBefore) / (tokens / 1000)),
    firstTextMs: round(firstTextMs),
    frames,
  };
}

async function measureIdle(pid: number) {
  const [cpuBefore, seconds] = [cpuMs(pid), 3];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return {
    idleMemoryMb: residentMb(pid),
    idleCpuMsPerSecond: round((cpuMs(pid) - cpuBefore) / seconds),
  };
}

/** The whole demo, from the command to its last check; it has a home of its own. */
async function measureDemo(): Promise<number> {
  const { stdout } = await execa(process.execPath, [cli, "demo", "--json"], { env: cliEnv });
  return (JSON.parse(stdout) as { seconds: number }).seconds;
}

async function measureCli() {
  const run = (args: string[]) => () =>
    execa(process.execPath, args, { env: cliEnv, reject: false });
  const version = await series(repeat, run([cli, "--version"]));
  const emptyNode = await series(repeat, run(["-e", "0"]));
  return { version, emptyNode };
}

/** Runs something so many times, one after another; the first run warms up and is dropped. */
async function series(count: number, run: () => Promise<unknown>) {
  const times: number[] = [];
  for (let index = 0; index <= count; index += 1) {
    const startedAt = performance.now();
    await run();
    if (index > 0) times.push(performance.now() - startedAt);
  }
  return spread(times);
}

function spread(times: number[]) {
  times.sort((a, b) => a - b);
  const quantile = (q: number) => round(times[Math.floor((times.length - 1) * q)] ?? Number.NaN);
  return {
    runs: times.length,
    minMs: quantile(0),
    medianMs: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
  };
}

function residentMb(pid: number): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return round((pages * 4096) / 1e6);
}

/** Linux counts in ticks of 10 ms. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
