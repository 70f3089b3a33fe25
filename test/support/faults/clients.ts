import { isDeepStrictEqual } from "node:util";
import { type ProjectId, type ThreadView, turnEnded } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { connectAtOnce, FeedFollower, Flood, Follower } from "../crowd.ts";
import { cpuMs, quantile, residentMb, rounded } from "../process-figures.ts";
import { RawSocket, request } from "../raw-socket.ts";
import { exec, steps } from "../steps.ts";
import { startTestDaemon, type TestDaemon } from "../test-daemon.ts";
import type { TestThread } from "../test-thread.ts";
import type { Campaign, Fault, FaultResult } from "./fault.ts";

const whole = 1000;
const p99LimitMs = 250;
const memoryLimitMb = 300;
/** Clients whose calls are timed, and how often each calls. */
const callers = 20;
const callsEach = 25;
/** Events that all who follow the daemon's feed are sent, to measure what that costs. */
const eventsAtMost = 100;

const crowd: Fault = {
  name: "a thousand clients, one of them slow, one that floods",
  promise: "the others are served, and follow without a gap",
  count: whole,
  shortCount: 20,
  run: runCrowd,
};

async function runCrowd({ count }: Campaign): Promise<FaultResult> {
  const broken: string[] = [];
  await using daemon = await startTestDaemon();
  const project = await daemon.project();
  await using thread = await project.thread();
  await thread.ready();
  const emptyMb = residentMb(daemon.pid);
  using clients = closing(await connectAtOnce(daemon.paths.socket, count));
  const idleMb = residentMb(daemon.pid);
  const followers = clients.all.map((client, at) =>
    at % 2 === 0 ? new Follower(client, thread.id, isOver) : new FeedFollower(client),
  );
  await Promise.all(clients.all.map((client) => client.call("daemon/status", {})));
  const subscribedMb = residentMb(daemon.pid);

  const quiet = await timeCalls(clients.all);
  const { times: flooded, ...flood } = await timeUnderFlood(daemon, clients.all);
  const cut = await leaveUnread(daemon, await project.thread());
  if (!cut) broken.push("the client that reads nothing was not cut");
  const cpuBefore = cpuMs(daemon.pid);
  const events = Math.min(count, eventsAtMost);
  await noteTasks(daemon, project.project.id, events);
  await Promise.all(clients.all.map((client) => client.call("daemon/status", {})));
  const deliveries = (events * count) / 2;
  const cpuUsPerDelivery = ((cpuMs(daemon.pid) - cpuBefore) * 1000) / deliveries;

  const { state } = await thread.say("[[say n=50]]");
  if (state !== "done") broken.push(`the turn ended ${state}`);
  for (const [at, follower] of followers.entries()) {
    if (follower instanceof FeedFollower) follower.stop();
    await follower.ended;
    broken.push(...follower.gaps.map((gap) => `client ${at}: ${gap}`));
  }
  const peakMb = residentMb(daemon.pid);
  const p99Ms = quantile(flooded, 0.99);
  if (count >= whole && p99Ms > p99LimitMs) broken.push(`p99 under the flood is ${p99Ms} ms`);
  if (count >= whole && peakMb > memoryLimitMb) broken.push(`${peakMb} MB of resident memory`);
  const figures = {
    clients: count,
    quietP50Ms: quantile(quiet, 0.5),
    quietP99Ms: quantile(quiet, 0.99),
    floodedP50Ms: quantile(flooded, 0.5),
    floodedP99Ms: p99Ms,
    floodCallsAnswered: flood.answered,
    floodCallsRefused: flood.overloaded,
    residentMbWithoutClients: rounded(emptyMb),
    residentMb: rounded(peakMb),
    kbPerIdleClient: rounded(((idleMb - emptyMb) * 1000) / count),
    kbPerSubscribedClient: rounded(((subscribedMb - emptyMb) * 1000) / count),
    cpuUsPerDelivery: rounded(cpuUsPerDelivery),
  };
  return { figures, broken };
}

async function timeUnderFlood(daemon: TestDaemon, clients: readonly HeddleClient[]) {
  await using flood = await Flood.begin(daemon.paths.socket);
  await flood.refused;
  const times = await timeCalls(clients);
  return { times, ...flood.answers() };
}

/** Follows a thread that prints a lot, and reads nothing of it; says whether it was cut. */
async function leaveUnread(daemon: TestDaemon, thread: TestThread): Promise<boolean> {
  await using slow = await RawSocket.open(daemon.paths.socket);
  await slow.ask(request("thread/subscribe", { threadId: thread.id, afterSeq: 0 }));
  slow.socket.pause();
  const prints = Array.from({ length: 5 }, () => printing);
  await thread.say(steps(...prints, { text: "ok" }));
  return daemon.log().includes('"slow client cut"');
}

async function noteTasks(daemon: TestDaemon, projectId: ProjectId, count: number): Promise<void> {
  const client = await daemon.client();
  for (let at = 0; at < count; at += 1) {
    await client.call("task/create", { projectId, title: `Task ${at}` });
  }
}

/** So much that a client which reads nothing is cut. */
const printing = exec("head -c 1000000 /dev/zero | tr '\\0' x", { max_output_tokens: 100 });

/** What calls of some of the clients took, in milliseconds; each client calls one at a time. */
async function timeCalls(clients: readonly HeddleClient[]): Promise<number[]> {
  const times: number[] = [];
  const call = async (client: HeddleClient) => {
    for (let at = 0; at < callsEach; at += 1) {
      const startedAt = performance.now();
      await client.call("daemon/status", {});
      times.push(performance.now() - startedAt);
    }
  };
  const step = Math.max(1, Math.floor(clients.length / callers));
  await Promise.all(clients.filter((_, at) => at % step === 0).map(call));
  return times;
}

const reconnects: Fault = {
  name: "connections that break while a turn streams",
  promise: "each client goes on where it was, without a gap",
  count: whole,
  shortCount: 20,
  run: runReconnects,
};

async function runReconnects({ count, random }: Campaign): Promise<FaultResult> {
  await using daemon = await startTestDaemon();
  await using thread = await (await daemon.project()).thread();
  await thread.ready();
  using clients = closing(await connectAtOnce(daemon.paths.socket, count));
  const followers = clients.all.map((client) => new Follower(client, thread.id, isOver));
  await Promise.all(clients.all.map((client) => client.call("daemon/status", {})));
  const { turn, lengthAt } = await streamingTurn(thread, count);
  const cuts = clients.all.map(async (client) => {
    await lengthAt(random());
    client.breakConnection();
  });
  const { state } = await thread.until(
    (view) => isOver(view) && view.turns.find(({ id }) => id === turn),
  );
  await Promise.all([...cuts, ...followers.map(({ ended }) => ended)]);
  const broken = followers.flatMap((follower, at) =>
    differences(follower, thread).map((difference) => `client ${at}: ${difference}`),
  );
  if (state !== "done") broken.push(`the turn ended ${state}`);
  const textLength = thread.items("agentMessage")[0]?.textLength ?? 0;
  return { figures: { reconnects: count, events: thread.events.length, textLength }, broken };
}

/** A turn whose text takes long enough for so many clients to come back meanwhile. */
async function streamingTurn(thread: TestThread, count: number) {
  const tokens = Math.max(600, count * 2);
  const { id } = await thread.send(`[[say n=${tokens} rate=600]]`);
  /** Settles once this share of the text has come. */
  const lengthAt = async (share: number) => {
    const due = share * tokens * 6;
    await thread.until((view) => isOver(view) || textOf(thread).length >= due);
  };
  return { turn: id, lengthAt };
}

function isOver({ thread, turns }: ThreadView): boolean {
  return thread.status === "idle" && turns.some(({ state }) => turnEnded(state));
}

function textOf(thread: TestThread): string {
  return [...thread.texts.values()].at(-1) ?? "";
}

function differences(follower: Follower, thread: TestThread): string[] {
  const found = [...follower.gaps];
  if (!isDeepStrictEqual(follower.view, thread.view))
    found.push(`its view is another one (seq ${follower.view?.seq})`);
  for (const [itemId, text] of follower.texts) {
    if (thread.texts.get(itemId) !== text) found.push(`another text of ${itemId}`);
  }
  return found;
}

function closing(all: readonly HeddleClient[]): Disposable & { all: readonly HeddleClient[] } {
  return { all, [Symbol.dispose]: () => all.forEach((client) => void client.close()) };
}

export const clientFaults: readonly Fault[] = [crowd, reconnects];
