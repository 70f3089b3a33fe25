import assert from "node:assert/strict";
import { statfsSync } from "node:fs";
import { exec, type Step, steps } from "../../steps.ts";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { TestThread } from "../../test-thread.ts";
import type { Attack, Ground } from "../attack.ts";
import { done } from "../life.ts";
import { childrenOf, processesWith, residentMiB } from "./survivors.ts";

const daemonMiB = 300;
const mark = (name: string) => `2718.${process.pid}.${name}`;
/** A command that sleeps under that name, and that only KILL ends. */
const sleeper = (name: string) =>
  `bash -c 'trap "" TERM HUP INT; exec -a "$0" sleep 600' ${mark(name)}`;

/** Runs the attack and then a command that must work in the same turn; nothing may be left. */
async function survive(daemon: TestDaemon, thread: TestThread, attack: Step): Promise<void> {
  await done(thread, attack, exec("echo alive"));
  assert.equal(thread.lastOutput(), "alive\n");
  assert.deepEqual(processesWith(mark("")), [], "processes have outlived their turn");
  const { memoryBytes } = await thread.client.call("daemon/status", {});
  assert.ok(memoryBytes < daemonMiB * 1024 ** 2, `the daemon has ${memoryBytes} bytes`);
  assert.deepEqual(childrenOf(daemon.pid).length, 0, "the daemon still has children");
}

const firstCommand = (thread: TestThread) => thread.items("commandExecution")[0];

async function forkBomb(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  await survive(
    daemon,
    thread,
    exec(`bomb() { bomb "$1" | bomb "$1" & }; bomb ${mark("bomb")}; sleep 60`),
  );
  assert.equal(firstCommand(thread)?.stopReason, "processLimit");
  const told = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items);
  assert.match(told, /it had more than \d+ processes/);
  return "its box was ended, the next command ran in a new one";
}

async function memory(): Promise<string> {
  await using daemon = await startTestDaemon({ config: "[sandbox]\nmemory_mb = 256" });
  await using thread = await (await daemon.project()).thread();
  const take = `node -e 'const all = []; for (;;) all.push(Buffer.alloc(64 << 20, 1))' ${mark("memory")}`;
  await survive(daemon, thread, exec(`${`${take} & `.repeat(4)} wait`));
  assert.equal(firstCommand(thread)?.stopReason, "memoryLimit");
  const told = JSON.stringify(daemon.requestsOf(thread).at(-1)?.items);
  assert.match(told, /it used more than 256 MB/);
  return "its box was ended at the limit, and the model was told";
}

async function fullTmp(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const free = () => statfsSync(daemon.root).bavail;
  await using thread = await (await ground.project()).thread();
  const before = free();
  const fill = ["/tmp", "~", "/dev/shm"].map(
    (place) => `head -c 2G /dev/zero > ${place}/f; du -m ${place}/f`,
  );
  await survive(daemon, thread, exec(fill.join("; ")));
  const text = firstCommand(thread)?.text ?? "";
  assert.equal(text.match(/No space left/g)?.length, 3, text);
  const sizes = [...text.matchAll(/^(\d+)\t/gm)].map(([, size]) => Number(size));
  assert.ok(sizes.length === 3 && sizes.every((size) => size <= 512), text);
  const lost = ((before - free()) * statfsSync(daemon.root).bsize) / 1024 ** 2;
  assert.ok(lost < 256, `${lost} MiB of the user's disk are gone`);
  return `full at ${sizes.join(", ")} MiB; the user's disk is as it was`;
}

async function output(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  await survive(daemon, thread, exec(`head -c 1G /dev/zero | tr '\\0' x; : ${mark("output")}`));
  const item = firstCommand(thread);
  assert.equal(item?.stopReason, "outputLimit");
  assert.equal(item?.outputBytes, 64 * 1024 ** 2);
  await thread.client.call("thread/archive", { threadId: thread.id });
  return `ended at 64 MiB; the daemon has ${Math.round(residentMiB(daemon.pid))} MiB`;
}

async function daemonised(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  const hide = `setsid nohup ${sleeper("hidden")} >/dev/null 2>&1 & disown`;
  await done(thread, exec(`${hide}; ${hide}`), exec("ps -e -o args= | grep -c ^2718"));
  assert.equal(thread.lastOutput(), "2\n", "the control does not work");
  assert.deepEqual(processesWith(mark("hidden")), []);
  assert.deepEqual(childrenOf(daemon.pid), []);
  return "nothing has outlived its turn";
}

async function boxKilled(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  const busy = exec(`echo up; ${sleeper("killed")}`);
  const turn = await thread.send(steps(busy, exec("echo again"), { text: "done" }));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("up")));
  const box = childrenOf(daemon.pid).find((pid) => processesWith("bwrap").includes(pid));
  assert.ok(box, "there is no box");
  process.kill(box, "SIGKILL");
  assert.equal((await thread.ended(turn.id)).state, "done");
  const [lost] = thread.items("commandExecution");
  assert.equal(lost?.stopReason, "boxLost");
  assert.match(lost?.profileHash ?? "", /^[0-9a-f]{64}$/);
  assert.equal(thread.lastOutput(), "again\n");
  assert.deepEqual(processesWith(mark("killed")), []);
  return "the command was told lost, the turn went on in a new box";
}

export const resourceAttacks: readonly Attack[] = [
  { name: "a fork bomb", run: forkBomb },
  { name: "8 GiB of memory, by many processes", run: () => memory() },
  { name: "a full /tmp, HOME and /dev/shm", run: fullTmp },
  { name: "1 GB of output", run: output },
  { name: "setsid nohup", run: daemonised },
  { name: "a box that is killed from outside", run: boxKilled },
];
