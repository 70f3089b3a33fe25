import { existsSync } from "node:fs";
import { join } from "node:path";
import { residentMiB } from "../attacks/box/survivors.ts";
import { exec, steps } from "../steps.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";

const mostMiB = 300;
const commandMiB = 64;
const lookEveryMs = 20;

/** The highest resident memory of the daemon, sampled while something happens. */
async function peakMiB(daemon: TestDaemon, happens: () => Promise<void>): Promise<number> {
  let peak = residentMiB(daemon.pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, residentMiB(daemon.pid));
  }, lookEveryMs);
  try {
    await happens();
  } finally {
    clearInterval(timer);
  }
  return Math.round(peak);
}

/** Each command writes for ever, and is ended after 64 MiB of it; so many MiB are written in all. */
async function run({ count }: Campaign): Promise<FaultResult> {
  await using daemon = await startTestDaemon();
  const project = await daemon.project();
  const broken: string[] = [];
  const commands = Math.ceil(count / commandMiB);
  const peak = await peakMiB(daemon, async () => {
    for (let command = 0; command < commands; command += 1) {
      await using thread = await project.thread();
      const at = `command ${command}`;
      await thread.say(steps(exec("yes 'a line of output'"), { text: "done" }));
      const [item] = thread.items("commandExecution");
      if (item?.stopReason !== "outputLimit") broken.push(`${at}: ended by ${item?.stopReason}`);
      const folder = join(daemon.paths.state, "spool", thread.id);
      const kept = item === undefined ? "" : await lastBytes(daemon, item.id);
      if (!kept.includes("a line of output")) broken.push(`${at}: its output is not kept`);
      await thread.client.call("thread/archive", { threadId: thread.id });
      if (existsSync(folder)) broken.push(`${at}: ${folder} has outlived its thread`);
    }
  });
  if (peak >= mostMiB) broken.push(`the daemon grew to ${peak} MiB`);
  return {
    figures: { commands, "MiB of output": commands * commandMiB, "MiB at most": peak },
    broken,
  };
}

/** The end of a spooled output. */
async function lastBytes(daemon: TestDaemon, itemId: string): Promise<string> {
  const client = await daemon.client();
  const offset = (commandMiB - 1) * 1024 ** 2;
  const { base64 } = await client.call("item/output", { itemId, offset });
  return Buffer.from(base64, "base64").toString();
}

export const outputFaults: readonly Fault[] = [
  {
    name: "output without end",
    promise: "commands are ended at 64 MiB, and the daemon stays under 300 MiB",
    count: 10 * 1024,
    shortCount: 0,
    run,
  },
];
