import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function heddle(...args: readonly string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const { env } = daemon;
  const child = execFile(process.execPath, [program, ...args], { env }, (_, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

/** A command that goes on, and its lines as JSON. */
function follow(...args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], {
    env: daemon.env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const each = lines[Symbol.asyncIterator]();
  const ended = once(child, "close").then(([code]) => code as number | null);
  const next = async () => JSON.parse((await each.next()).value as string) as never;
  const say = (frame: unknown) => child.stdin?.write(`${JSON.stringify(frame)}\n`);
  return { child, next, say, ended };
}

test("any method can be called, and what it answers is printed as JSON", async () => {
  const { code, stdout } = await heddle("rpc", "thread/list", '{"limit": 5}');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ data: [], nextCursor: null });
});

test.each([
  [["rpc", "thread/list", "{"], 2, "the params are no JSON"],
  [["rpc"], 2, "no method is named"],
  [["rpc", "thread/list", '{"limit": 0}'], 2, "limit"],
  [["rpc", "thread/fly"], 1, "thread/fly"],
])("heddle %j ends with %d and says why", async (args, code, said) => {
  const ended = await heddle(...args);
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toContain(said);
});

test("an editor speaks the protocol by lines, and hears what it has subscribed to", async () => {
  const bridge = follow("rpc", "--stdio");
  const client = { name: "vim", kind: "editor" };
  bridge.say({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: 1, client },
  });
  expect(await bridge.next()).toMatchObject({ id: 1, result: { protocolVersion: 1 } });
  bridge.say({ jsonrpc: "2.0", id: 2, method: "daemon/subscribe", params: {} });
  expect(await bridge.next()).toMatchObject({ id: 2, result: { live: true } });
  await daemon.project();
  expect(await bridge.next()).toMatchObject({
    method: "daemon/event",
    params: { event: { type: "projectChanged" } },
  });
  bridge.child.stdin?.end();
  expect(await bridge.ended).toBe(0);
});

test("what was asked before the end of the input is still answered", async () => {
  const bridge = follow("rpc", "--stdio");
  const client = { name: "vim", kind: "editor" };
  const params = { protocolVersion: 1, client };
  bridge.say({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  bridge.say({ jsonrpc: "2.0", id: 2, method: "thread/list", params: {} });
  bridge.child.stdin?.end();
  expect([await bridge.next(), await bridge.next()]).toMatchObject([{ id: 1 }, { id: 2 }]);
  expect(await bridge.ended).toBe(0);
});

test("the feed is printed by lines, from its beginning if it is asked for, until Ctrl+C", async () => {
  const watching = follow("watch", "--jsonl", "--after", "0");
  await daemon.project();
  expect(await watching.next()).toMatchObject({ seq: 1, event: { type: "projectChanged" } });
  watching.child.kill("SIGINT");
  expect(await watching.ended).toBe(130);
  expect((await heddle("watch", "--after", "x")).code).toBe(2);
});

test("a bridge whose daemon goes ends with 69", async () => {
  const bridge = follow("rpc", "--stdio");
  const client = { name: "vim", kind: "editor" };
  bridge.say({
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion: 1, client },
  });
  await bridge.next();
  await daemon.stop();
  expect(await bridge.ended).toBe(69);
  await daemon.restart();
});

test("a bridge that is to start no daemon says so where none runs", async () => {
  await daemon.stop();
  const ended = await heddle("rpc", "--stdio", "--no-start");
  expect(ended).toEqual({ code: 69, stdout: "", stderr: "heddle: no daemon is running\n" });
});
