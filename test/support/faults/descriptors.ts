import { execFileSync } from "node:child_process";
import { connect, type HeddleClient } from "@heddle/protocol/node";
import { descriptorsOf } from "../process-figures.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";

/** How many descriptors are left to the daemon, and how many clients want one. */
const left = 5;
const wanting = 40;

/** The daemon's process may open no more than a few files, and later again as many as before. */
export const noDescriptors: Fault = {
  name: "no descriptors left for another client",
  promise: "who is connected is served, who comes is refused, and taken once there is room",
  count: 50,
  shortCount: 3,
  run: runOut,
};

async function runOut({ count }: Campaign): Promise<FaultResult> {
  await using daemon = await startTestDaemon();
  using present = await daemon.connect("present");
  const before = descriptorsOf(daemon.pid);
  const broken: string[] = [];
  let taken = 0;
  let refused = 0;
  for (let round = 0; round < count; round += 1) {
    const whole = limitDescriptors(daemon, descriptorsOf(daemon.pid) + left);
    const attempts = await Promise.all(Array.from({ length: wanting }, () => attempt(daemon)));
    const clients = attempts.filter((client) => client !== undefined);
    taken += clients.length;
    refused += wanting - clients.length;
    await present.call("daemon/status", {});
    for (const client of clients) client.close();
    limitDescriptors(daemon, whole);
    const later = await attempt(daemon);
    if (later === undefined) broken.push(`round ${round}: nobody was taken when there was room`);
    later?.close();
  }
  if (refused === 0) broken.push("nobody was refused, so nothing was tried");
  const kept = await settledDescriptors(daemon, before);
  if (kept > before) broken.push(`${kept - before} descriptors are still open`);
  return { figures: { rounds: count, taken, refused, before, kept }, broken };
}

/** Sets the soft limit of the running process, and returns the one before. */
function limitDescriptors({ pid }: TestDaemon, limit: number): number {
  const args = ["--pid", String(pid), "--nofile", "--noheadings", "--output", "SOFT"];
  const before = Number(execFileSync("prlimit", args, { encoding: "utf8" }));
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${limit}:`]);
  return before;
}

async function attempt({ paths }: TestDaemon): Promise<HeddleClient | undefined> {
  const client = { name: "newcomer", kind: "script" } as const;
  const options = { socketPath: paths.socket, client, reconnectForMs: 0 };
  return await connect(options).catch(() => undefined);
}

/** What is left open once the clients that have gone are noticed, a few calls later at most. */
async function settledDescriptors(daemon: TestDaemon, expected: number): Promise<number> {
  const client = await daemon.client();
  for (let call = 0; call < 100; call += 1) {
    await client.call("daemon/status", {});
    if (descriptorsOf(daemon.pid) <= expected + 1) break;
  }
  // One is that of the client that asked.
  return descriptorsOf(daemon.pid) - 1;
}
