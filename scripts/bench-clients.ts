// Measures the clients as built, each with a daemon of its own, and prints one JSON document.
//
//   npm run build && npm run bench:clients [-- --repeat 15 --events 100000 --seconds 10]
//
// Times are milliseconds, memory is MB (1e6 bytes) of resident set. Nothing is judged. The terminal is
// a real pty with an emulator behind it, and its own time is in what is measured of it.
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SessionBus, TrayProcess } from "../test/support/desktop.ts";
import { cpuMs, quantile, residentMb, rounded } from "../test/support/process-figures.ts";
import { exec, steps } from "../test/support/steps.ts";
import { Terminal } from "../test/support/terminal.ts";
import { startTestDaemon, type TestDaemon } from "../test/support/test-daemon.ts";
import type { TestThread } from "../test/support/test-thread.ts";
import { lengthenThread } from "./bench/many-threads.ts";

// Before any daemon is started: the build is what is measured.
process.env.HEDDLE_BUILD = "1";

const { values: options } = parseArgs({
  options: {
    repeat: { type: "string", default: "15" },
    events: { type: "string", default: "100000" },
    seconds: { type: "string", default: "10" },
  },
});
const repeat = Number(options.repeat);
const events = Number(options.events);
const seconds = Number(options.seconds);
const heddle = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const composer = /^> ?\n.*(implement|plan)/m;

const measured = {
  node: process.version,
  repeat,
  status: await measureStatus(),
  attach: await measureAttach(),
  reply: await measureReply(),
  keys: await measureKeys(),
  tray: await measureTray(),
};
console.log(JSON.stringify(measured, null, 2));
// Followers of a daemon that has ended would wait for it.
process.exit(0);

/** `heddle status` and an empty Node by turns. */
async function measureStatus() {
  await using daemon = await startTestDaemon();
  const times = { status: [] as Run[], node: [] as Run[] };
  for (let run = 0; run < repeat; run += 1) {
    times.node.push(timed(["-e", "0"], daemon));
    times.status.push(timed([heddle, "status"], daemon));
  }
  const median = (runs: Run[], of: keyof Run) =>
    quantile(
      runs.map((run) => run[of]),
      0.5,
    );
  return {
    statusMs: median(times.status, "wallMs"),
    emptyNodeMs: median(times.node, "wallMs"),
    statusCpuMs: median(times.status, "cpuMs"),
    emptyNodeCpuMs: median(times.node, "cpuMs"),
  };
}

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** By Bash's own clock, which counts the children that it has waited for. */
function timed(args: readonly string[], { env }: TestDaemon): Run {
  const script = 'TIMEFORMAT="%3R %3U %3S"; time "$@" >/dev/null';
  const words = ["-c", script, "bash", process.execPath, ...args];
  const { stderr } = spawnSync("bash", words, { env: built(env), encoding: "utf8" });
  const [wall = 0, user = 0, system = 0] = stderr.trim().split(" ").map(Number);
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000 };
}

/** The first paint of a thread with very many events, from the start of the program. */
async function measureAttach() {
  await using daemon = await startTestDaemon();
  const { thread: begin } = await daemon.project();
  const thread = await begin();
  await thread.say(steps(exec("seq 3"), exec("echo done"), { text: "Both ran." }));
  const has = thread.events.length;
  await daemon.stop();
  lengthenThread(daemon.paths.state, thread.id, Math.ceil(events / has));
  await daemon.restart();
  const paints: number[] = [];
  for (let run = 0; run < repeat; run += 1) {
    const startedAt = performance.now();
    await using terminal = attach(daemon, thread);
    await terminal.until(composer);
    paints.push(performance.now() - startedAt);
  }
  const started = await measureStarts(daemon);
  return {
    events: Math.ceil(events / has) * has,
    firstPaintMs: quantile(paints, 0.5),
    versionMs: quantile(started, 0.5),
  };
}

/** The program on the same terminal with nothing to do. */
async function measureStarts(daemon: TestDaemon): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < repeat; run += 1) {
    const startedAt = performance.now();
    await using terminal = open(daemon, ["--version"]);
    await terminal.ended;
    times.push(performance.now() - startedAt);
  }
  return times;
}

/** What a streamed reply of 1,600 chunks costs in bytes for the terminal. */
async function measureReply() {
  await using daemon = await startTestDaemon();
  const { thread: begin } = await daemon.project();
  const thread = await begin();
  await thread.say("[[say n=1]]");
  await using terminal = attach(daemon, thread);
  await terminal.until(composer);
  const before = Buffer.byteLength(terminal.written);
  const { id } = await thread.send("[[say n=1600 rate=400]]");
  await thread.ended(id);
  await delay(500);
  const reply = thread.items("agentMessage").at(-1);
  return {
    replyBytes: Buffer.byteLength(reply?.text ?? ""),
    terminalBytes: Buffer.byteLength(terminal.written) - before,
  };
}

/** From a key to its echo on the screen, in one of eight threads that stream. */
async function measureKeys() {
  await using daemon = await startTestDaemon({ config: "[threads]\nmax_running = 8" });
  const { thread: begin } = await daemon.project();
  const threads = await Promise.all(Array.from({ length: 8 }, () => begin()));
  for (const thread of threads) await thread.say("[[say n=1]]");
  const [first] = threads;
  if (!first) throw new Error("there are threads");
  await using terminal = attach(daemon, first);
  await terminal.until(composer);
  const turns = await Promise.all(threads.map((one) => one.send("[[say n=100000 rate=200]]")));
  await terminal.until(/\d+ .*\d+/);
  const echoes: number[] = [];
  let typed = "";
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const key = String.fromCharCode(97 + (echoes.length % 26));
    typed = typed.length < 40 ? typed + key : key;
    if (typed === key) terminal.type("\x15");
    const sentAt = performance.now();
    terminal.type(key);
    await terminal.until(({ cursorRow }) => cursorRow.trimEnd().endsWith(typed));
    echoes.push(performance.now() - sentAt);
    await delay(20);
  }
  const client = await daemon.client();
  for (const { id } of turns) await client.call("turn/interrupt", { turnId: id });
  return {
    threads: threads.length,
    keys: echoes.length,
    echoP50Ms: quantile(echoes, 0.5),
    echoP99Ms: quantile(echoes, 0.99),
  };
}

/** The tray with nothing to do, beside a daemon with nothing to do. */
async function measureTray() {
  await using daemon = await startTestDaemon();
  await using bus = await SessionBus.start();
  const tray = new TrayProcess({ ...daemon.env, DBUS_SESSION_BUS_ADDRESS: bus.address });
  try {
    await delay(3000);
    const before = cpuMs(tray.pid);
    await delay(seconds * 1000);
    return {
      residentMb: rounded(residentMb(tray.pid)),
      idleCpuMsPerSecond: rounded((cpuMs(tray.pid) - before) / seconds),
    };
  } finally {
    await tray.stop();
  }
}

function attach(daemon: TestDaemon, { id }: TestThread): Terminal {
  return open(daemon, ["attach", id]);
}

function open(daemon: TestDaemon, args: readonly string[]): Terminal {
  return new Terminal({ args, cwd: daemon.root, env: { ...built(daemon.env), LC_ALL: "C.UTF-8" } });
}

function built(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, HEDDLE_BUILD: "1" };
}
