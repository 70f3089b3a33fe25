import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { endSession, exec, steps } from "../../steps.ts";
import { startTestDaemon } from "../../test-daemon.ts";
import type { Attack, Ground } from "../attack.ts";
import { boxed, done } from "../life.ts";
import { processesWith } from "./survivors.ts";

/** A command that tries to connect to each address and prints `IN` or the error for each. */
function connecting(addresses: readonly string[]): string {
  const script = `for (const path of ${JSON.stringify(addresses)}) {
    const socket = require("net").connect(path.replace(/^@/, "\\0"));
    socket.on("connect", () => { console.log("IN", path); socket.destroy(); });
    socket.on("error", ({ code }) => console.log("OUT", path, code));
  }`;
  return `node -e '${script}'`;
}

async function localSockets(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const home = daemon.env.HOME ?? "";
  const places = [
    join(daemon.root, "docker.sock"),
    join(home, "agent.sock"),
    join(home, ".ssh", "bus"),
    `@heddle-attack-${process.pid}`,
  ];
  const servers = places.map((place) =>
    createServer((peer) => void peer.end()).listen(place.replace(/^@/, "\0")),
  );
  try {
    for (const place of [...places, daemon.paths.socket]) {
      const reached = connect(place.replace(/^@/, "\0"));
      await once(reached, "connect");
      reached.destroy();
    }
    await using thread = await (await ground.project()).thread();
    const usual = ["/run/docker.sock", "/var/run/docker.sock", "/run/dbus/system_bus_socket"];
    const all = [...places, daemon.paths.socket, ...usual];
    const output = await boxed(
      thread,
      `${connecting(all)}; env | grep -cE 'SSH_AUTH_SOCK|DBUS|DOCKER|XDG'; ls /run /var /tmp`,
    );
    assert.equal(output.match(/^OUT /gm)?.length, all.length, output);
    assert.doesNotMatch(output, /^IN /m);
    assert.match(output, /^0$/m, output);
  } finally {
    for (const server of servers) server.close();
  }
  return `${places.length + 1} sockets that answer outside, none inside`;
}

async function daemonProcess(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  const secret = daemon.env.HEDDLE_HOME ?? "";
  const output = await boxed(
    thread,
    `for f in environ mem maps cmdline; do cat /proc/${daemon.pid}/$f; done; ls /proc/${daemon.pid}/fd
     cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c HEDDLE_HOME
     kill -9 ${daemon.pid}; cat /proc/self/environ | tr '\\0' '\\n' | grep ^PATH=`,
  );
  assert.equal(output.includes(secret), false, output);
  assert.equal(output.match(/No such (file|process)/g)?.length, 6, output);
  assert.match(output, /^0\nbash.*\nPATH=/m, output);
  await (await daemon.client()).call("daemon/status", {});
  return "its environment, memory, descriptors and life were out of reach";
}

const number = (x64: number, arm64: number) => (process.arch === "x64" ? x64 : arm64);
const call = (...args: (number | string)[]) =>
  `perl -e '$b = "\\0" x 256; syscall(${args.join(", ")}) < 0 and die "$!\\n"'`;

/** Each is refused with EPERM, or as if the kernel did not know it. */
const forbidden: Readonly<Record<string, string>> = {
  "a user namespace": "unshare --user true",
  "a mount namespace": "unshare --mount true",
  "a mount": "mount -t tmpfs none /tmp",
  chroot: call(number(161, 51), "$b"),
  ptrace: call(number(101, 117), 16, 1, 0, 0),
  "another's memory": call(number(310, 270), 1, "$b", 1, "$b", 1, 0),
  keyctl: call(number(250, 219), 0, -3, 1),
  io_uring: call(425, 8, "$b"),
  bpf: call(number(321, 280), 0, "$b", 64),
  perf: call(number(298, 241), "$b", 0, -1, -1, 0),
  userfaultfd: call(number(323, 282), 0),
  "file handles": call(number(304, 265), 3, "$b", 0),
  "a memory file": call(number(319, 279), "$b", 0),
  "typing into a terminal": `script -qec "perl -e '\\$c = qq(x); ioctl(STDIN, 0x5412, \\$c) or die qq(\\$!\\n)'" /dev/null`,
  "a vsock socket": `perl -e 'socket(S, 40, 1, 0) or die "$!\\n"'`,
  "a packet socket": `perl -e 'socket(S, 17, 3, 0) or die "$!\\n"'`,
};

async function kernel(ground: Ground): Promise<string> {
  await using thread = await (await ground.project()).thread();
  const tries = Object.entries(forbidden).map(
    ([name, cmd]) => `said=$(${cmd} 2>&1) && echo "IN ${name}" || echo "OUT ${name}: $said"`,
  );
  const allowed = `${call(number(39, 172))} && echo control`;
  const output = await boxed(thread, [...tries, allowed].join("\n"));
  const lines = output.split("\n");
  for (const name of Object.keys(forbidden)) {
    const line = lines.find((one) => one.startsWith(`OUT ${name}: `)) ?? "";
    assert.match(
      line,
      /not permitted|ermission denied|not implemented|superuser/,
      `${name}: ${output}`,
    );
  }
  assert.match(output, /^control$/m);
  return `${Object.keys(forbidden).length} calls, all refused by the kernel`;
}

async function keys(): Promise<string> {
  const canary = `sk-canary-${process.pid}`;
  await using daemon = await startTestDaemon({
    env: { CANARY_KEY: canary },
    provider: 'api_key_env = "CANARY_KEY"',
  });
  const { config, state, log } = daemon.paths;
  const home = daemon.env.HOME ?? "";
  const file = join(home, ".ssh", "canary");
  writeFileSync(file, canary);
  const project = await daemon.project();
  await using thread = await project.thread();
  const places = [file, config, log, `${state}/heddle.db`, `${state}/heddle.db-wal`, "~/.ssh/id"];
  const output = await boxed(
    thread,
    `env; cat /proc/[0-9]*/environ; cat ${places.join(" ")}
     grep -rs canary ${home} ${state} ${daemon.root} /tmp /etc /.heddle 2>/dev/null | grep -v grep
     ls -A ~ ${home} ${state}; echo looked`,
  );
  assert.match(output, /looked/);
  assert.doesNotMatch(output, /sk-canary|a private key|base_url|SQLite format/);
  assert.equal(daemon.log().includes(canary), false, "the log holds the key");
  const requests = daemon.requestsOf(thread);
  assert.equal(requests[0]?.headers.authorization, `Bearer ${canary}`, "the key is not in use");
  const sent = JSON.stringify(requests.map(({ body }) => body));
  assert.equal(sent.includes(canary), false, "the model was sent the key");
  return "no trace of the key in environment, /proc, files, log or requests";
}

async function otherThreads(ground: Ground): Promise<string> {
  const project = await ground.project();
  await using mine = await project.thread();
  await using other = await project.thread();
  const { worktree } = await other.ready();
  const mark = `sleep 31.${process.pid}`;
  const busy = `echo theirs > secret.txt; echo theirs > /tmp/secret; echo theirs > ~/secret; echo up; ${mark}`;
  const turn = await other.send(steps(exec(busy), { text: "done" }));
  await other.until(() => [...other.texts.values()].some((text) => text.includes("up")));
  assert.equal(processesWith(mark).length > 0, true, "the other thread does not run");
  const output = await boxed(
    mine,
    `cat ${worktree}/secret.txt /tmp/secret ~/secret; ls ${worktree} $(dirname ${worktree})
     ps -e -o args= | grep -c '3[1]\\.'; pkill -9 sleep; echo x > ${worktree}/x; ls -d $PWD`,
  );
  assert.doesNotMatch(output, /theirs/);
  assert.match(output, /^0$/m, output);
  assert.match(output, new RegExp((await mine.ready()).worktree), "the control does not work");
  assert.equal(processesWith(mark).length > 0, true, "the other thread's command was ended");
  assert.equal((await other.diff()).files.length, 1);
  await other.client.call("turn/interrupt", { turnId: turn.id });
  await other.ended(turn.id);
  return "worktree, /tmp, HOME and processes of the other thread were out of reach";
}

async function forgedReports(ground: Ground): Promise<string> {
  const project = await ground.project();
  const victim = spawn("sleep", ["60"], { detached: true });
  try {
    await using thread = await project.thread();
    const forge = `for id in $(seq 20); do echo "pid $id ${victim.pid}"; echo "exit $id 0"; done`;
    const attack = exec(
      `for f in 1.cmd 9.cmd 2.out helper; do echo x > /.heddle/$f; rm -f /.heddle/$f; ln -s / /.heddle/y; done
       ${forge} > /proc/2/fd/1; ${forge} > /proc/1/fd/1; seq -s x 100000 > /proc/2/fd/1; sleep 60`,
      { yield_time_ms: 500 },
    );
    await done(
      thread,
      attack,
      exec("sleep 60", { yield_time_ms: 250 }),
      endSession(1),
      endSession(2),
    );
    assert.equal(victim.exitCode ?? victim.signalCode, null, "a process outside was killed");
    await using next = await project.thread();
    assert.equal(await boxed(next, "exit 3"), "");
    assert.equal(next.items("commandExecution").at(-1)?.exitCode, 3);
  } finally {
    victim.kill();
  }
  return "forged ends and ids stayed in their box; no process outside was signalled";
}

async function cwd(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await ground.project()).thread();
  const { worktree } = await thread.ready();
  const home = daemon.env.HOME ?? "";
  const print = "pwd; ls -A";
  await done(thread, exec(`mkdir inside && ln -s ${home} home && ln -s .. up && ln -s / root`));
  const bad = ["/", home, "..", "inside/../..", `${worktree}-evil`, `${worktree}/../x`, "home"];
  for (const workdir of bad) {
    await done(thread, exec(print, { workdir }));
  }
  await done(thread, exec(`${print}; cat ../../../../../../${home}/.ssh/id`, { workdir: "root" }));
  const texts = thread.items("commandExecution").map(({ text }) => text);
  assert.doesNotMatch(texts.join("\n"), /\.ssh$|a private key/m);
  await done(thread, exec("pwd", { workdir: "inside" }));
  assert.equal(thread.lastOutput(), `${worktree}/inside\n`);
  return `${bad.length + 1} directories outside, refused or empty`;
}

export const reachAttacks: readonly Attack[] = [
  { name: "the daemon's socket, docker, agents and abstract sockets", run: localSockets },
  { name: "the daemon's process: environ, mem, fd, signals", run: daemonProcess },
  { name: "ptrace, mount, namespaces, chroot, keyctl, io_uring, TIOCSTI", run: kernel },
  { name: "keys in the environment, in /proc and in files", run: () => keys() },
  { name: "the worktree, /tmp and processes of another thread", run: otherThreads },
  { name: "forged exits and process ids of the helper", run: forgedReports, slow: true },
  { name: "a working directory outside, by dots and by links", run: cwd },
];
