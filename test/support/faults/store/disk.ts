import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { TaskId } from "@heddle/protocol";
import { mountedEnv, onSmallDisk, SmallDisk } from "../../small-disk.ts";
import { addFile, exec, replaceLine, steps } from "../../steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../../test-daemon.ts";
import type { TestThread } from "../../test-thread.ts";
import type { Fault } from "../fault.ts";

const whole = 20;
const resumesWithinMs = 5000;
const taskMs = 900;

const work = steps(exec("echo one >> log.txt; sleep 0.1"), addFile("added.txt", "first"), {
  text: "so far",
  delayMs: 50,
});
const more = steps(
  exec("echo one >> log.txt; sleep 0.1"),
  addFile("added.txt", "first"),
  replaceLine("added.txt", "first", "second"),
  exec("echo two >> log.txt"),
  { text: "all done" },
);

interface Round {
  readonly daemon: TestDaemon;
  readonly project: TestProject;
  readonly tasks: TaskId[];
  readonly delayMs: number;
}

export const diskFull: Fault = {
  name: "a full disk",
  promise: "no work begins, reading goes on, and with space all goes on within 5 s, without a loss",
  count: whole,
  shortCount: 1,
  run: async ({ count, random }) => {
    const figures = { rounds: count, slowestAcceptedMs: 0, slowestTurnMs: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon({ wrap: onSmallDisk(128), env: mountedEnv });
    const project = await daemon.project();
    const tasks: TaskId[] = [];
    for (let round = 0; round < count; round += 1) {
      const delayMs = random() * taskMs;
      const { acceptedMs, turnMs, found } = await fillOnce({ daemon, project, tasks, delayMs });
      figures.slowestAcceptedMs = Math.max(figures.slowestAcceptedMs, acceptedMs);
      figures.slowestTurnMs = Math.max(figures.slowestTurnMs, turnMs);
      if (count >= whole && turnMs > resumesWithinMs) {
        found.push(`a turn took ${turnMs} ms to go on and end`);
      }
      broken.push(...found.map((what) => `round ${round} at ${Math.round(delayMs)} ms: ${what}`));
    }
    return { figures, broken };
  },
};

interface Outcome {
  /** From the first free byte until a new turn is accepted, and until both turns have ended. */
  readonly acceptedMs: number;
  readonly turnMs: number;
  readonly found: string[];
}

async function fillOnce(round: Round): Promise<Outcome> {
  const { daemon, project, tasks, delayMs } = round;
  const disk = new SmallDisk(daemon);
  const found: string[] = [];
  await using running = await project.thread();
  await using other = await project.thread();
  await Promise.all([running.ready(), other.ready()]);
  const turn = await running.send(more);
  await delay(delayMs);
  disk.fill();
  found.push(...(await whileFull(round, other)));
  disk.free();
  const startedAt = performance.now();
  const accepted = await untilAccepted(other);
  const acceptedMs = Math.round(performance.now() - startedAt);
  for (const [thread, id] of [
    [running, turn.id],
    [other, accepted],
  ] as const) {
    const { state, failure } = await thread.ended(id);
    if (state !== "done") found.push(`a turn ended ${state}: ${failure?.message}`);
  }
  const turnMs = Math.round(performance.now() - startedAt);
  found.push(...(await doubled(running, disk)));
  found.push(...(await lost(daemon, project, tasks)));
  for (const thread of [running, other]) {
    await thread.client.call("thread/archive", { threadId: thread.id });
  }
  return { acceptedMs, turnMs, found };
}

/** What a client meets with; whatever it is told was stored is added to `tasks`. */
async function whileFull({ daemon, project, tasks }: Round, thread: TestThread): Promise<string[]> {
  const client = await daemon.client();
  const found: string[] = [];
  const projectId = project.project.id;
  const created = client.call("task/create", { projectId, title: "in time" });
  await created.then(
    ({ id }) => tasks.push(id),
    ({ kind }) => kind === "storageFull" || found.push(`a task was refused with ${kind}`),
  );
  const refusal = await thread.send(work).then(
    () => "a turn was accepted",
    ({ kind, message }) =>
      kind === "storageFull" && /free some space/.test(message) ? undefined : `${kind}: ${message}`,
  );
  if (refusal) found.push(refusal);
  const { storage } = await client.call("daemon/status", {});
  if (storage.state !== "full") found.push(`the status is ${storage.state}`);
  const { findings } = await client.call("daemon/doctor", {});
  if (findings.find(({ name }) => name === "storage")?.ok) found.push("the doctor sees nothing");
  const { thread: read } = await client.call("thread/read", { threadId: thread.id });
  if (read.id !== thread.id) found.push("reading does not go on");
  return found;
}

async function untilAccepted(thread: TestThread) {
  for (;;) {
    const turn = await thread.send(work).catch(() => undefined);
    if (turn) return turn.id;
    await delay(20);
  }
}

/** Commands are not run twice, though one that was cut may not have come to its end. */
async function doubled(thread: TestThread, disk: SmallDisk): Promise<string[]> {
  const { worktree } = await thread.ready();
  const read = (name: string) => {
    const path = disk.at(join(worktree, name));
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  };
  const log = read("log.txt").split("\n").filter(Boolean);
  const found = new Set(log).size === log.length ? [] : [`effects were doubled: ${log.join()}`];
  const added = read("added.txt");
  return added === "second\n" ? found : [...found, `added.txt is ${JSON.stringify(added)}`];
}

async function lost(
  daemon: TestDaemon,
  { project }: TestProject,
  tasks: readonly TaskId[],
): Promise<string[]> {
  const client = await daemon.client();
  const params = { projectId: project.id, limit: 500 };
  const { data } = await client.call("task/list", params);
  const known = new Set(data.map(({ id }) => id));
  return tasks.filter((id) => !known.has(id)).map((id) => `the task ${id} is lost`);
}
