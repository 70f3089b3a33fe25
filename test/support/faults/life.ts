import { setTimeout as delay } from "node:timers/promises";
import { freePort, Inspector } from "../inspector.ts";
import { descriptorsOf, residentMb, rounded } from "../process-figures.ts";
import { addFile, exec, replaceLine, steps } from "../steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../test-daemon.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";

const whole = 1000;
const turnsEach = 10;
/** Each may have a connection to the model that is kept for its next request. */
const threadsAtOnce = 4;
/** What the heap may grow by in a thousand turns, each in its own way. */
const growthLimitMib = 1;
const mebibyte = 1024 * 1024;

export const longLife: Fault = {
  name: "a long life",
  promise: "the heap does not grow, and no descriptor stays open",
  count: whole,
  shortCount: 0,
  run: live,
};

async function live({ count }: Campaign): Promise<FaultResult> {
  const port = await freePort();
  const env = { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` };
  await using daemon = await startTestDaemon({ env });
  await using inspector = await Inspector.attach(port);
  const project = await daemon.project();
  // Everything is loaded, prepared and cached once before it counts.
  await liveThreads(project, Math.max(threadsAtOnce * 2, Math.ceil(count / 5)));
  const before = await measure(daemon, inspector);
  await liveThreads(project, count);
  const after = await measure(daemon, inspector);
  const growthMib = (after.dataBytes - before.dataBytes) / mebibyte;
  const growthPerThousand = (growthMib * 1000) / count;
  const broken: string[] = [];
  if (after.descriptors > before.descriptors + threadsAtOnce) {
    broken.push(`${after.descriptors - before.descriptors} descriptors stay open`);
  }
  if (count >= whole && growthPerThousand > growthLimitMib) {
    broken.push(`the heap grows by ${rounded(growthPerThousand)} MiB in a thousand turns`);
  }
  const figures = {
    turns: count,
    heapMib: rounded(after.dataBytes / mebibyte),
    codeMib: rounded(after.codeBytes / mebibyte),
    heapMibPerThousandTurns: rounded(growthPerThousand),
    descriptorsBefore: before.descriptors,
    descriptorsAfter: after.descriptors,
    residentMbBefore: before.residentMb,
    residentMbAfter: after.residentMb,
  };
  return { figures, broken };
}

/** So many turns, in threads that are archived when they have had some. */
async function liveThreads(project: TestProject, turns: number): Promise<void> {
  let left = turns;
  const worker = async () => {
    while (left > 0) {
      const now = Math.min(turnsEach, left);
      left -= now;
      await using thread = await project.thread();
      for (let turn = 0; turn < now; turn += 1) {
        const { state, failure } = await thread.say(work(turn));
        if (state !== "done") throw new Error(`a turn ended ${state}: ${failure?.message}`);
      }
      await thread.client.call("thread/archive", { threadId: thread.id });
    }
  };
  await Promise.all(Array.from({ length: threadsAtOnce }, worker));
}

function work(turn: number): string {
  const file = `file-${turn}.txt`;
  return steps(
    { reasoning: "let me see", ...exec(`echo ${turn} >> log.txt; seq 1 200`) },
    addFile(file, "one", "two"),
    replaceLine(file, "two", "2"),
    { text: `turn ${turn} is done` },
  );
}

async function measure({ pid }: TestDaemon, inspector: Inspector) {
  const heap = await inspector.heap();
  const descriptors = await descriptorsKept(pid);
  return { ...heap, descriptors, residentMb: rounded(residentMb(pid)) };
}

/** Those that stay: at any one moment something may just be at work. */
async function descriptorsKept(pid: number): Promise<number> {
  let fewest = descriptorsOf(pid);
  for (let look = 0; look < 20; look += 1) {
    await delay(100);
    fewest = Math.min(fewest, descriptorsOf(pid));
  }
  return fewest;
}
