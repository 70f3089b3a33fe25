import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { addFile, exec, replaceLine, steps } from "../../steps.ts";
import { startTestDaemon } from "../../test-daemon.ts";
import type { TestThread } from "../../test-thread.ts";
import type { Fault } from "../fault.ts";

const threadsAtOnce = 3;
const taskMs = 1000;

const task = steps(
  { reasoning: "first ".repeat(50), ...exec("echo one >> log.txt; sleep 0.1"), delayMs: 20 },
  addFile("added.txt", "first"),
  exec("sleep 0.1; echo two >> log.txt"),
  replaceLine("added.txt", "first", "second"),
  { text: "all done ".repeat(50), delayMs: 20 },
);

export const upgrade: Fault = {
  name: "an upgrade while threads run",
  promise: "the daemon stops in order, clients come back by themselves, and every turn goes on",
  count: 50,
  shortCount: 1,
  run: async ({ count, random }) => {
    const figures = { upgrades: count, turns: 0, lost: 0, doubled: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon();
    const project = await daemon.project();
    for (let round = 0; round < count; round += 1) {
      const running = await Promise.all(
        Array.from({ length: threadsAtOnce }, async () => {
          const thread = await project.thread();
          return { thread, turn: await thread.send(task) };
        }),
      );
      const afterMs = random() * taskMs;
      await delay(afterMs);
      const { code, signal, stderr } = await daemon.stop();
      const end = `${code ?? signal}: ${stderr}`;
      if (code !== 0) broken.push(`upgrade ${round}: the old daemon ended with ${end}`);
      await daemon.restart();
      for (const { thread, turn } of running) {
        const { state } = await thread.ended(turn.id);
        const verdict = await judge(thread);
        figures.turns += 1;
        figures.lost += verdict.lost.length;
        figures.doubled += verdict.doubled.length;
        const found = [...verdict.lost, ...verdict.doubled];
        if (state !== "done") found.push(`a turn ended ${state}`);
        const place = `upgrade ${round} after ${Math.round(afterMs)} ms`;
        broken.push(...found.map((what) => `${place}: ${what}`));
        await thread.client.call("thread/archive", { threadId: thread.id });
        await thread[Symbol.asyncDispose]();
      }
    }
    return { figures, broken };
  },
};

/** Commands that were cut are told of as unknown; those that were reported have happened, once. */
async function judge(thread: TestThread): Promise<{ lost: string[]; doubled: string[] }> {
  const { worktree } = await thread.ready();
  const log = read(join(worktree, "log.txt")).split("\n");
  const lost: string[] = [];
  const doubled: string[] = [];
  for (const word of ["one", "two"]) {
    const times = log.filter((line) => line === word).length;
    const reported = thread
      .items("commandExecution")
      .some(({ cmd, state }) => cmd.includes(`echo ${word}`) && state === "completed");
    if (times > 1) doubled.push(`${word} ${times} times`);
    if (times === 0 && reported) lost.push(word);
  }
  const added = read(join(worktree, "added.txt"));
  if (added !== "second\n") lost.push(`added.txt is ${JSON.stringify(added)}`);
  return { lost, doubled };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
