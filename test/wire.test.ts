import { once } from "node:events";
import { statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createConnection } from "node:net";
import { protocolVersion } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { initialize, RawSocket, request } from "./support/raw-socket.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const open = (greet = true): Promise<RawSocket> => RawSocket.open(daemon.paths.socket, { greet });
const unknownThread = "thr_01a2072b-8bfa-753b-aa0b-909ac7eed33c";

/** Fails unless the daemon still answers a client that has done nothing wrong. */
async function expectAlive(): Promise<void> {
  using client = await daemon.connect("bystander");
  expect(await client.call("daemon/status", {})).toMatchObject({ pid: daemon.pid });
}

describe("a request", () => {
  test("is answered under its own id, be it a number or a string", async () => {
    await using raw = await open();
    expect(await raw.ask(request("task/list", {}, 7))).toEqual({
      jsonrpc: "2.0",
      id: 7,
      result: { data: [], nextCursor: null },
    });
    expect(await raw.ask(request("task/list", {}, "seven"))).toMatchObject({ id: "seven" });
  });

  test("without params means empty ones", async () => {
    await using raw = await open();
    const answer = await raw.ask({ jsonrpc: "2.0", id: 1, method: "daemon/status" });
    expect(answer.result).toMatchObject({ pid: daemon.pid });
  });

  test("of an unknown method gets -32601, which names the method", async () => {
    await using raw = await open();
    expect(await raw.ask(request("thread/admire", {}, 1))).toEqual({
      jsonrpc: "2.0",
      id: 1,
      error: {
        code: -32601,
        message: "no method thread/admire",
        data: { kind: "methodNotFound" },
      },
    });
  });

  test("with bad params gets -32602, which names the param", async () => {
    await using raw = await open();
    const { error } = await raw.ask(request("thread/read", { threadId: "main" }));
    expect(error).toMatchObject({ code: -32602, data: { kind: "invalidParams" } });
    expect(error?.message).toMatch(/^thread\/read: .*expected a thread id.*threadId/s);
  });

  test("for a thing that does not exist gets a positive code and a kind", async () => {
    await using raw = await open();
    const answer = await raw.ask(request("thread/read", { threadId: unknownThread }));
    expect(answer.error).toMatchObject({ code: 1001, data: { kind: "notFound" } });
    expect(answer.error?.message).toContain(unknownThread);
  });

  test.each([
    ["is no object", 5],
    ["has no version", { id: 1, method: "daemon/status" }],
    ["has another version", { jsonrpc: "1.0", id: 1, method: "daemon/status" }],
    ["has no method", { jsonrpc: "2.0", id: 1 }],
    ["has a number for a method", { jsonrpc: "2.0", id: 1, method: 5 }],
    ["has a list for params", { jsonrpc: "2.0", id: 1, method: "daemon/status", params: [1] }],
    ["has a text for params", { jsonrpc: "2.0", id: 1, method: "daemon/status", params: "x" }],
    ["has an object for an id", { jsonrpc: "2.0", id: {}, method: "daemon/status" }],
    ["has an id that no number holds", '{"jsonrpc":"2.0","id":1e999,"method":"task/list"}'],
    ["has an id beyond 2^53", '{"jsonrpc":"2.0","id":9007199254740993,"method":"task/list"}'],
  ])("that %s gets -32600", async (_, message) => {
    await using raw = await open();
    const answer = await raw.ask(message);
    expect(answer.error).toMatchObject({ code: -32600, data: { kind: "invalidRequest" } });
  });

  test("that is no JSON gets -32700 with a null id, and the connection goes on", async () => {
    await using raw = await open();
    expect(await raw.ask('{"jsonrpc": "2.0", "method"')).toMatchObject({
      id: null,
      error: { code: -32700, data: { kind: "parseError" } },
    });
    expect(await raw.ask(request("daemon/status"))).toHaveProperty("result");
  });

  test("with a null id is answered with a null id", async () => {
    await using raw = await open();
    const answer = await raw.ask(request("task/list", {}, null));
    expect(answer).toEqual({ jsonrpc: "2.0", id: null, result: { data: [], nextCursor: null } });
  });
});

describe("a notification", () => {
  test.each([
    ["of a method", { jsonrpc: "2.0", method: "daemon/status" }],
    ["of an unknown method", { jsonrpc: "2.0", method: "thread/admire" }],
    ["with bad params", { jsonrpc: "2.0", method: "thread/read", params: { threadId: 1 } }],
    ["too large to be taken", { jsonrpc: "2.0", method: "a", params: { a: "x".repeat(600_000) } }],
  ])("%s gets no answer", async (_, notification) => {
    await using raw = await open();
    raw.send(notification);
    expect(await raw.ask(request("task/list", {}, "next"))).toMatchObject({ id: "next" });
  });

  test("gets no answer before initialize either", async () => {
    await using raw = await open(false);
    raw.send({ jsonrpc: "2.0", method: "daemon/status" });
    expect(await raw.ask(initialize())).toHaveProperty("result.version");
  });
});

describe("a batch", () => {
  test("of requests, notifications and nonsense is answered for all but the notifications", async () => {
    await using raw = await open();
    const answers = await raw.askBatch([
      request("task/list", {}, "good"),
      { jsonrpc: "2.0", method: "daemon/status" },
      1,
      request("thread/admire", {}, "unknown"),
      request("thread/read", {}, "bad"),
      [],
    ]);
    const summary = answers.map(({ id, error }) => [id, error?.code]);
    expect(summary.sort()).toEqual(
      [
        ["good", undefined],
        [null, -32600],
        ["unknown", -32601],
        ["bad", -32602],
        [null, -32600],
      ].sort(),
    );
  });

  test("of one is answered with a list of one", async () => {
    await using raw = await open();
    expect(await raw.ask([request("task/list", {}, 1)])).toEqual([
      { jsonrpc: "2.0", id: 1, result: { data: [], nextCursor: null } },
    ]);
  });

  test("that is empty gets one -32600, not a list", async () => {
    await using raw = await open();
    expect(await raw.ask([])).toMatchObject({ id: null, error: { code: -32600 } });
  });

  test("of more than a thousand gets one -32600, not a list", async () => {
    await using raw = await open();
    const many = `[${"1,".repeat(1_000_000)}1]`;
    expect(await raw.ask(many)).toMatchObject({ id: null, error: { code: -32600 } });
    expect(await raw.ask(request("daemon/status"))).toHaveProperty("result");
  });

  test("of notifications alone gets no answer", async () => {
    await using raw = await open();
    raw.send([{ jsonrpc: "2.0", method: "daemon/status" }]);
    expect(await raw.ask(request("task/list", {}, "next"))).toMatchObject({ id: "next" });
  });
});

describe("a connection", () => {
  test("begins with initialize, before which every other request is refused", async () => {
    await using raw = await open(false);
    expect(await raw.ask(request("daemon/status", {}, 1))).toMatchObject({
      id: 1,
      error: { code: -32001, data: { kind: "notInitialized" } },
    });
    expect(await raw.ask(initialize())).toHaveProperty("result.capabilities.methods");
    expect(await raw.ask(request("daemon/status"))).toHaveProperty("result.pid", daemon.pid);
  });

  test("is told of the daemon's version and of every method", async () => {
    await using raw = await open(false);
    expect((await raw.ask(initialize())).result).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      protocolVersion,
      capabilities: { methods: expect.arrayContaining(["initialize", "thread/land"]) },
    });
  });

  test.each([
    [protocolVersion + 1, "upgrade the daemon"],
    [protocolVersion - 1, "upgrade the client"],
  ])("in protocol %i is refused, and told to %s", async (version, advice) => {
    await using raw = await open(false);
    const { error } = await raw.ask(initialize(version));
    expect(error).toMatchObject({
      code: -32002,
      data: { kind: "unsupportedProtocol", protocolVersion },
    });
    expect(error?.message).toContain(advice);
    expect(await raw.ask(request("daemon/status"))).toHaveProperty("error.code", -32001);
  });

  test("with an Origin, as browsers send it, is refused", async () => {
    await using raw = new RawSocket(daemon.paths.socket, {
      headers: { origin: "http://localhost" },
    });
    const [, response] = await once(raw.socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
  });

  test("for another host, as after DNS rebinding, is refused", async () => {
    await using raw = new RawSocket(daemon.paths.socket, { headers: { host: "evil.example" } });
    const [, response] = await once(raw.socket, "unexpected-response");
    expect(response.statusCode).toBe(403);
  });

  test("to another path is refused", async () => {
    await using raw = new RawSocket(daemon.paths.socket, { url: "/v2" });
    const [, response] = await once(raw.socket, "unexpected-response");
    expect(response.statusCode).toBe(404);
  });

  test("is made over a socket that only the user can reach", () => {
    expect(statSync(daemon.paths.socket).mode & 0o777).toBe(0o600);
    expect(statSync(daemon.paths.runtime).mode & 0o777).toBe(0o700);
  });
});

describe("nobody else notices", () => {
  test("a binary frame, which is a parse error", async () => {
    await using raw = await open();
    raw.socket.send(Buffer.from([0, 1, 2, 255]));
    expect(await raw.next()).toMatchObject({ id: null, error: { code: -32700 } });
    await expectAlive();
  });

  test("a frame of over 4 MiB, which ends its connection", async () => {
    await using raw = await open();
    raw.send(`"${"x".repeat(5 * 1024 * 1024)}"`);
    expect(await raw.closed).toBe(1009);
    await expectAlive();
  });

  test("a text that is not UTF-8, which ends its connection", async () => {
    await using raw = await open();
    raw.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await raw.closed).toBe(1007);
    await expectAlive();
  });

  test("a text of a hundred thousand fragments, which ends its connection", async () => {
    await using raw = await open();
    for (let at = 0; at < 100_000; at += 1) raw.socket.send(" ", { fin: false });
    expect(await raw.closed).toBe(1008);
    await expectAlive();
  });

  test("a request in fragments, which is answered", async () => {
    await using raw = await open();
    const text = JSON.stringify(request("daemon/status"));
    for (const piece of text) raw.socket.send(piece, { fin: false });
    expect(await raw.ask("")).toHaveProperty("result.pid", daemon.pid);
  });

  test("a hundred thousand pings of a client that reads nothing, which is cut", async () => {
    await using raw = await open();
    raw.socket.pause();
    for (let at = 0; at < 100_000; at += 1) raw.socket.ping("x".repeat(125));
    await expect.poll(() => daemon.log()).toContain('"slow client cut"');
    raw.socket.resume();
    expect(await raw.closed).toBe(1006);
    await expectAlive();
  });

  test("pings, which are answered", async () => {
    await using raw = await open();
    raw.socket.ping("still there?");
    const [data] = await once(raw.socket, "pong");
    expect(String(data)).toBe("still there?");
  });

  test("half of a surrogate pair in a text, which is refused and stored nowhere", async () => {
    await using raw = await open();
    const text = '{"jsonrpc":"2.0","id":1,"method":"task/list","params":{"cursor":"\\ud83d"}}';
    expect(await raw.ask(text)).toMatchObject({
      id: 1,
      error: { code: -32602, message: expect.stringContaining("surrogate") },
    });
  });

  test("numbers out of range, and keys that are there twice, of which the last one counts", async () => {
    await using raw = await open();
    const list = (params: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"task/list","params":${params}}`;
    for (const limit of ["1e999", "-1", "0.5", "1e308"]) {
      expect(await raw.ask(list(`{"limit":${limit}}`))).toHaveProperty("error.code", -32602);
    }
    expect(await raw.ask(list('{"limit":0,"limit":1}'))).toHaveProperty("result");
    expect(await raw.ask(list('{"limit":1,"limit":0}'))).toHaveProperty("error.code", -32602);
  });

  test("bytes that are neither HTTP nor WebSocket", async () => {
    const connection = createConnection(daemon.paths.socket);
    connection.on("error", () => {});
    connection.end("\u0000\u0001 garbage\r\n\r\n");
    connection.resume();
    await once(connection, "close");
    await expectAlive();
  });

  test("a JSON text of a hundred thousand brackets", async () => {
    await using raw = await open();
    const answer = await raw.ask("[".repeat(100_000) + "]".repeat(100_000));
    expect(answer).toMatchObject({ id: null, error: { code: -32600 } });
    expect(answer.error?.message).toContain("64 levels");
    await expectAlive();
  });

  test("a prototype that somebody tries to pollute", async () => {
    await using raw = await open();
    expect(
      await raw.ask('{"jsonrpc":"2.0","id":1,"method":"__proto__","params":{}}'),
    ).toMatchObject({
      error: { code: -32601 },
    });
    expect(await raw.ask(request("constructor"))).toMatchObject({ error: { code: -32601 } });
    const params = '{"__proto__":{"limit":9},"constructor":{"prototype":{"limit":9}}}';
    const list = await raw.ask(`{"jsonrpc":"2.0","id":2,"method":"task/list","params":${params}}`);
    expect(list).toEqual({ jsonrpc: "2.0", id: 2, result: { data: [], nextCursor: null } });
    await expectAlive();
  });

  test("a client that floods: it is told to slow down, and the others are served", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    await using flooded = await startTestDaemon({
      config: `[providers.silent]\nbase_url = "http://127.0.0.1:${port}/v1"`,
    });
    await using raw = await RawSocket.open(flooded.paths.socket);
    for (let id = 1; id <= 2000; id += 1) raw.send(request("model/list", {}, `flood ${id}`));
    const first = (await raw.next()) as { id: string; error?: unknown };
    expect(first).toMatchObject({
      id: expect.stringContaining("flood"),
      error: { code: -32000, data: { kind: "overloaded", retryAfterMs: expect.any(Number) } },
    });
    using other = await flooded.connect("other");
    expect(await other.call("daemon/status", {})).toMatchObject({ pid: flooded.pid });
    silent.closeAllConnections();
    silent.close();
  });
});
