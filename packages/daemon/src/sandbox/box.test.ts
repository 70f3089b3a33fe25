import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { LinuxBox } from "./box.ts";
import { limits } from "./limits.ts";
import { finish, makeSandboxFixture } from "./sandbox-fixture.test.support.ts";

const fixture = makeSandboxFixture();
const cwd = fixture.checkout.worktree;
afterAll(() => fixture[Symbol.dispose]());

/** Processes of this machine whose command line holds a mark. */
function survivors(mark: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "latin1").includes(mark);
    } catch {
      return false;
    }
  });
}

test("a command's exit code and its output of both streams arrive in order", async () => {
  await using box = await fixture.open();
  const cmd = "echo one; echo two >&2; echo three; exit 7";
  expect(await finish(box, cwd, cmd)).toEqual({
    exitCode: 7,
    reason: "exited",
    output: "one\ntwo\nthree\n",
  });
});

test("commands share /tmp, HOME and a server that one of them started", async () => {
  await using box = await fixture.open();
  const server = `node -e 'require("http").createServer((q, s) => { console.log(q.url); s.end("served") }).listen(8000, "127.0.0.1", () => require("fs").writeFileSync("/tmp/up", ""))' &
    until [ -e /tmp/up ]; do read -rt 0.02 <> <(:); done; echo x >~/note`;
  expect(await finish(box, cwd, server)).toMatchObject({ exitCode: 0, output: "" });
  const client = `node -e 'fetch("http://localhost:8000/path").then(async (a) => console.log(await a.text()))'; cat ~/note`;
  for (let i = 0; i < 3; i++) {
    expect(await finish(box, cwd, client)).toMatchObject({ output: "served\nx\n" });
  }
});

test("200,000 lines arrive whole and in order", async () => {
  await using box = await fixture.open();
  const { output } = await finish(box, cwd, "seq 200000");
  const expected = `${Array.from({ length: 200_000 }, (_, i) => i + 1).join("\n")}\n`;
  expect(output === expected).toBe(true);
});

test("commands run beside each other, and each gets its own output", async () => {
  await using box = await fixture.open();
  const names = Array.from({ length: 40 }, (_, i) => `command-${i}`);
  const all = await Promise.all(names.map((name) => finish(box, cwd, `echo ${name}`)));
  expect(all.map(({ output }) => output)).toEqual(names.map((name) => `${name}\n`));
});

test("a command is given what is written to its input", async () => {
  await using box = await fixture.open();
  const cmd = 'echo name?; read -r name; echo "hello $name"';
  const child = await box.run({ cmd, cwd, tty: false, stdin: true, timeoutMs: 10_000 });
  let output = "";
  child.onOutput((chunk) => {
    output += chunk;
    if (output === "name?\n") child.write("Ada\n");
  });
  expect(await child.exited).toEqual({ exitCode: 0, reason: "exited" });
  expect(output).toBe("name?\nhello Ada\n");
});

test("without a terminal the input is empty, and writing to it is an error", async () => {
  await using box = await fixture.open();
  expect(await finish(box, cwd, "cat; echo done")).toMatchObject({ output: "done\n" });
  const child = await box.run({ cmd: "sleep 60", cwd, tty: false, timeoutMs: 60_000 });
  expect(() => child.write("x")).toThrow("closed");
});

test("a command with a tty has a terminal and can be typed into", async () => {
  await using box = await fixture.open();
  const cmd = "test -t 0 && test -t 1 && echo ready; read -r line; echo got $line; exit 5";
  const child = await box.run({ cmd, cwd, tty: true, timeoutMs: 10_000 });
  let output = "";
  child.onOutput((chunk) => {
    output += chunk;
    if (output === "ready\r\n") child.write("typed\n");
  });
  expect(await child.exited).toEqual({ exitCode: 5, reason: "exited" });
  expect(output).toContain("got typed\r\n");
});

test("what was written before anybody listened is not lost", async () => {
  await using box = await fixture.open();
  const child = await box.run({ cmd: "echo early", cwd, tty: false, timeoutMs: 10_000 });
  await child.exited;
  const chunks: string[] = [];
  child.onOutput((chunk) => chunks.push(chunk.toString()));
  expect(chunks.join("")).toBe("early\n");
});

test("a command that takes too long is ended with its children", async () => {
  await using box = await fixture.open();
  const slow = await finish(box, cwd, "sleep 4242 & sleep 4242", { timeoutMs: 300 });
  expect(slow).toMatchObject({ reason: "timedOut", exitCode: 143 });
});

/** Counts processes until there are none: what was killed dies when the kernel gets to it. */
function goneSoon(pattern: string): string {
  const count = `n=$(cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' | grep -c '${pattern}')`;
  return `for i in {1..200}; do ${count}; [[ $n = 0 ]] && break; sleep 0.02; done; echo $n`;
}

test("killing ends the command's group, detached children and those that ignore TERM", async () => {
  await using box = await fixture.open();
  const cmd = `trap '' TERM; setsid nohup sleep 4243 & echo up; while :; do sleep 4243; done`;
  const child = await box.run({ cmd, cwd, tty: false, timeoutMs: 60_000 });
  child.onOutput(() => child.kill());
  expect(await child.exited).toEqual({ exitCode: 137, reason: "killed" });
  const left = await finish(box, cwd, goneSoon("sleep 424[3]"));
  expect(left.output).toBe("0\n");
});

test("a tty's command can be killed", async () => {
  await using box = await fixture.open();
  const child = await box.run({ cmd: "echo up; sleep 4244", cwd, tty: true, timeoutMs: 60_000 });
  child.onOutput(() => child.kill());
  expect(await child.exited).toMatchObject({ reason: "killed" });
  const left = await finish(box, cwd, goneSoon("sleep 424[4]"));
  expect(left.output).toBe("0\n");
});

test("too much output ends the command at the limit", async () => {
  await using box = await fixture.open();
  const child = await box.run({ cmd: "yes", cwd, tty: false, timeoutMs: 60_000 });
  let bytes = 0;
  child.onOutput((chunk) => {
    bytes += chunk.length;
  });
  expect(await child.exited).toMatchObject({ reason: "outputLimit" });
  expect(bytes).toBe(limits.outputBytes);
});

test("disposing the box ends everything in it and removes its pipes", async () => {
  const mark = "4245.5";
  const box = await fixture.open();
  const daemonised = `setsid nohup sleep ${mark} >/dev/null 2>&1 & disown; sleep ${mark} & echo up; wait`;
  const child = await box.run({ cmd: daemonised, cwd, tty: false, timeoutMs: 60_000 });
  await new Promise<void>((resolve) => child.onOutput(() => resolve()));
  expect(survivors(mark)).not.toEqual([]);
  await box[Symbol.asyncDispose]();
  expect(await child.exited).toEqual({ exitCode: undefined, reason: "boxLost" });
  expect(survivors(mark)).toEqual([]);
  expect(readdirSync(join(fixture.stateDir, "box")).filter((n) => n.startsWith("io-"))).toEqual([]);
  await expect(box.run({ cmd: "true", cwd, tty: false, timeoutMs: 1000 })).rejects.toMatchObject({
    kind: "sandboxUnavailable",
  });
});

test("a command that kills the helper loses its box, and only that", async () => {
  await using box = await fixture.open();
  await using other = await fixture.open();
  const waiting = await box.run({ cmd: "sleep 60", cwd, tty: false, timeoutMs: 60_000 });
  const killer = await finish(
    box,
    cwd,
    "kill -9 $(cat /proc/$$/status | sed -n 's/^PPid:\\t//p'); kill -9 2; sleep 60",
  );
  expect(killer).toMatchObject({ exitCode: undefined, reason: "boxLost" });
  expect(await waiting.exited).toEqual({ exitCode: undefined, reason: "boxLost" });
  expect(await finish(other, cwd, "echo alive")).toMatchObject({ output: "alive\n" });
});

test("no descriptor is left after many commands", async () => {
  const count = () => readdirSync("/proc/self/fd").length;
  await using box = await fixture.open();
  await finish(box, cwd, "true");
  const before = count();
  for (let i = 0; i < 50; i++) await finish(box, cwd, "echo x", { stdin: true });
  await finish(box, cwd, "true");
  expect(count()).toBeLessThanOrEqual(before + 2);
});

test("only so many commands run at once over all boxes", async () => {
  const sandbox = fixture.create({ maxCommands: 1, runtimeDir: join(fixture.root, "one") });
  const profile = { checkout: fixture.checkout, access: "rw", readable: [], env: {} } as const;
  await using first = await sandbox.open(profile);
  await using second = await sandbox.open(profile);
  const cmd = "read -r x";
  const holder = await first.run({ cmd, cwd, tty: false, stdin: true, timeoutMs: 10_000 });
  const order: string[] = [];
  const held = holder.exited.then(() => order.push("holder"));
  const queued = finish(second, cwd, "true").then(() => order.push("queued"));
  holder.write("go\n");
  await Promise.all([held, queued]);
  expect(order).toEqual(["holder", "queued"]);
});

test("a cwd outside of the worktree is refused, also by dots and by a like name", async () => {
  await using box = await fixture.open();
  for (const bad of ["/", `${cwd}-evil`, `${cwd}/../other`, "relative"]) {
    await expect(
      box.run({ cmd: "true", cwd: bad, tty: false, timeoutMs: 1 }),
    ).rejects.toMatchObject({ kind: "outsideWorktree" });
  }
  expect(await finish(box, join(cwd, "missing"), "true")).toMatchObject({ exitCode: 126 });
});

test("a box's hash is that of its profile, not of its instance", async () => {
  await using one = await fixture.open();
  await using two = await fixture.open();
  await using readOnly = await fixture.open({ access: "ro" });
  expect(one).toBeInstanceOf(LinuxBox);
  expect(one.profileHash).toMatch(/^[0-9a-f]{64}$/);
  expect(two.profileHash).toBe(one.profileHash);
  expect(readOnly.profileHash).not.toBe(one.profileHash);
  expect(existsSync(fixture.stateDir)).toBe(true);
});
