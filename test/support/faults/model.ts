import type { Item, Turn } from "@heddle/protocol";
import { faulty, steps } from "../steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../test-daemon.ts";
import type { TestThread } from "../test-thread.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";
import { eventsOf, type Shape, shapes, wrongFiles } from "./model-streams.ts";

const threadsAtOnce = 8;
const ending = "all done";
const config = `[threads]\nmax_running = ${threadsAtOnce}`;
/** So that a model which falls silent is given up soon. */
const provider = "idle_timeout_seconds = 0.5";

/** What befalls a response: at one border between its events, or all of it. */
interface Blow {
  readonly shape: Shape;
  readonly fault: string;
}

const atBorders = ["cut", "end", "malformed", "stall", "failed"];
const ofWhole = ["429 retry-after=0", "429", "500", "503", "504", "408", "silent"];

/** Every kind of fault at every border of every stream. */
function everyBlow(): Blow[] {
  return shapes.flatMap((shape) => {
    const borders = Array.from({ length: eventsOf(shape.step("t")) }, (_, at) => at);
    const faults = borders.flatMap((at) => atBorders.map((kind) => `${kind} at=${at}`));
    return [...faults, ...ofWhole].map((fault) => ({ shape, fault }));
  });
}

const spoiltStreams: Fault = {
  name: "a model that fails or falls silent",
  promise: "the turn goes on; no effect and no text is doubled",
  count: everyBlow().length,
  shortCount: 6,
  run: async ({ count, random }) => {
    const blows = sample(everyBlow(), count, random);
    await using daemon = await startTestDaemon({ config, provider });
    const project = await daemon.project();
    const broken = await inThreads(project, blows, async (thread, blow, at) => {
      const found = await strike({ daemon, thread, blow, name: `t${at}` }).catch(String);
      return [found].flat().map((what) => `${blow.shape.name}, ${blow.fault}: ${what}`);
    });
    return { figures: { streams: shapes.length, faults: blows.length }, broken };
  },
};

/** Runs one turn whose first response is spoiled, and says what came of it that should not. */
async function strike({
  daemon,
  thread,
  blow: { shape, fault },
  name,
}: {
  daemon: TestDaemon;
  thread: TestThread;
  blow: Blow;
  name: string;
}): Promise<string[]> {
  const step = shape.step(name);
  const script = step.calls ? [step, { text: ending }] : [step];
  const { id } = await thread.send(faulty(`fault=${fault} turn=${name}`, ...script));
  const turn = await patiently(() => thread.ended(id));
  const { worktree } = await thread.ready();
  const texts = [...(step.text === undefined ? [] : [step.text]), ...(step.calls ? [ending] : [])];
  const found = [
    turn.state === "done" ? undefined : `it ended ${turn.state}: ${turn.failure?.message}`,
    wrongFiles(worktree, shape.files(name)),
    wrongItems(thread, turn, "agentMessage", texts),
    wrongItems(thread, turn, "reasoning", step.reasoning === undefined ? [] : [step.reasoning]),
    wrongCalls(daemon, thread),
  ];
  return found.filter((what) => what !== undefined);
}

/** For a machine that has much else to do: a turn that is stuck stays so. */
async function patiently<T>(wait: () => Promise<T>): Promise<T> {
  for (let failures = 0; failures < 5; failures += 1) {
    const result = await wait().catch(() => undefined);
    if (result !== undefined) return result;
  }
  return await wait();
}

/** Each text was completed once, and streamed as it is. */
function wrongItems(
  thread: TestThread,
  { id }: Turn,
  type: "agentMessage" | "reasoning",
  expected: readonly string[],
): string | undefined {
  const items = thread
    .items(type)
    .filter(({ turnId, state }) => turnId === id && state === "completed");
  const streamed = items.map((item) => thread.texts.get(item.id) ?? "");
  const texts = items.map(({ text }) => text);
  if (texts.join("|") !== expected.join("|")) return `${type}: ${JSON.stringify(texts)}`;
  if (streamed.join("|") !== expected.join("|")) return `streamed: ${JSON.stringify(streamed)}`;
  return undefined;
}

/** What the model is sent has every call once, and every call one result. */
function wrongCalls(daemon: TestDaemon, thread: TestThread): string | undefined {
  const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
  const idsOf = (end: string) =>
    items.filter(({ type }) => String(type).endsWith(end)).map(({ call_id }) => String(call_id));
  const calls = idsOf("_call");
  if (new Set(calls).size !== calls.length) return "a call stands twice in the history";
  const same = idsOf("_call_output").toSorted().join() === calls.toSorted().join();
  return same ? undefined : "calls and results in the history do not match";
}

const callsATurn = 10;

const truncatedCalls: Fault = {
  name: "calls whose arguments are cut",
  promise: "none is executed; the model is told, and the turn goes on",
  count: 500,
  shortCount: 8,
  run: runTruncated,
};

async function runTruncated({ count, random }: Campaign): Promise<FaultResult> {
  await using daemon = await startTestDaemon({ config });
  const project = await daemon.project();
  const turns = Array.from({ length: Math.ceil(count / callsATurn) }, () =>
    Array.from({ length: callsATurn }, () => truncated(random)),
  );
  const broken = await inThreads(project, turns, async (thread, calls) => {
    const before = thread.events.length;
    const { state, summary } = await thread.say(steps({ calls }, { text: ending }));
    const what = calls.map(({ input }) => JSON.stringify(input)).join(" ");
    const found =
      state === "done" && summary === ending
        ? []
        : [`the turn ended ${state}, saying ${JSON.stringify(summary)}`];
    for (const { event } of thread.events.slice(before)) {
      if (event.type === "approvalRequested") found.push("somebody was asked");
      if (event.type === "itemStarted" && isOfCall(event.item)) found.push(event.item.type);
    }
    if ((await thread.diff()).files.length > 0) found.push("files were changed");
    return found.map((problem) => `${problem} by one of ${what}`);
  });
  const told = daemon.model
    .requests()
    .flatMap(({ items }) => items)
    .filter(({ type, output }) => isResult(type) && /^error/.test(String(output)));
  if (told.length < count) broken.push(`the model was told of ${told.length} errors`);
  return { figures: { cuts: turns.length * callsATurn }, broken };
}

const isResult = (type: unknown) => String(type).endsWith("_call_output");

/** What shows that a call was taken for a whole one. */
function isOfCall({ type }: Item): boolean {
  return !["userMessage", "agentMessage", "reasoning"].includes(type);
}

const whole: readonly { tool: string; input: string }[] = [
  {
    tool: "exec_command",
    input: JSON.stringify({ cmd: "echo ran >> ran.txt; sleep 0 # and more" }),
  },
  { tool: "exec_command", input: JSON.stringify({ cmd: "rm -rf .", yield_time_ms: 1000 }) },
  { tool: "write_stdin", input: JSON.stringify({ session_id: 1, chars: "y\n" }) },
  { tool: "read_file", input: JSON.stringify({ path: "a.txt", offset: 1 }) },
  { tool: "search", input: JSON.stringify({ pattern: "one", path: "." }) },
  {
    tool: "update_plan",
    input: JSON.stringify({ plan: [{ step: "one", status: "pending" }] }),
  },
  { tool: "finish", input: JSON.stringify({ summary: "I am done", checks: [] }) },
  { tool: "ask_user", input: JSON.stringify({ question: "Which?", options: ["this", "that"] }) },
  {
    tool: "apply_patch",
    input: "*** Begin Patch\n*** Add File: new.txt\n+first\n+second\n*** End Patch",
  },
];

/** A valid call, cut anywhere before its end. */
function truncated(random: () => number): { tool: string; input: string } {
  const { tool, input } = whole[Math.floor(random() * whole.length)] ?? whole[0] ?? never();
  return { tool, input: input.slice(0, Math.floor(random() * input.length)) };
}

function never(): never {
  throw new Error("there are calls");
}

/** Works jobs off in several threads at once, and gathers what was found wrong. */
async function inThreads<Job>(
  project: TestProject,
  jobs: readonly Job[],
  work: (thread: TestThread, job: Job, at: number) => Promise<string[]>,
): Promise<string[]> {
  const broken: string[] = [];
  const queue = jobs.entries();
  const worker = async () => {
    const thread = await project.thread();
    for (const [at, job] of queue) broken.push(...(await work(thread, job, at)));
  };
  await Promise.all(Array.from({ length: Math.min(threadsAtOnce, jobs.length) }, worker));
  return broken;
}

/** So many of them, in their order; all when there are no more. */
function sample<T>(all: readonly T[], count: number, random: () => number): T[] {
  let needed = Math.min(count, all.length);
  return all.filter((_, at) => {
    const taken = random() * (all.length - at) < needed;
    if (taken) needed -= 1;
    return taken;
  });
}

export const modelFaults: readonly Fault[] = [spoiltStreams, truncatedCalls];
