import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { errorCodes } from "./errors.ts";
import { newId, ThreadId } from "./ids.ts";
import { connect } from "./node.ts";

interface Request {
  readonly id: string;
  readonly method: string;
}

/** A server of one answer to each request; `take` may do something else with it. */
class Server implements AsyncDisposable {
  readonly methods: string[] = [];
  greetings = 0;
  /** The greetings, counted from 1, in which it breaks the connection instead of answering. */
  endsIn: readonly number[] = [];
  readonly #http = createServer();
  readonly #sockets = new WebSocketServer({ server: this.#http });

  constructor(take: (request: Request, socket: WebSocket) => unknown = () => ({})) {
    this.#sockets.on("connection", (socket) => {
      socket.on("message", (data) => {
        const request = JSON.parse(String(data)) as Request;
        if (request.method === "initialize") return this.#greet(request, socket);
        this.methods.push(request.method);
        const answer = take(request, socket);
        if (answer) answerWith(socket, request, { result: answer });
      });
    });
  }

  #greet(request: Request, socket: WebSocket): void {
    this.greetings += 1;
    if (this.endsIn.includes(this.greetings)) socket.terminate();
    else answerWith(socket, request, { result: {} });
  }

  async listen(path: string): Promise<void> {
    this.#http.listen(path);
    await once(this.#http, "listening");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    this.#http.close();
    await once(this.#http, "close");
  }
}

function answerWith(socket: WebSocket, { id }: Request, outcome: object): void {
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...outcome }));
}

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "heddle-node-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const client = { name: "test", kind: "script" } as const;

test("a call that a stopping daemon refused is answered by the next one", async () => {
  const socketPath = join(directory, "s");
  let refused = 0;
  await using server = new Server((request, socket) => {
    if (refused > 0) return { pid: 2 };
    refused += 1;
    const data = { kind: "shuttingDown" };
    const error = { code: errorCodes.shuttingDown, message: "the daemon is stopping", data };
    answerWith(socket, request, { error });
    socket.close(1001);
    return undefined;
  });
  await server.listen(socketPath);
  using daemon = await connect({ socketPath, client });
  expect(await daemon.call("daemon/status", {})).toEqual({ pid: 2 });
  expect(server.methods).toEqual(["daemon/status", "daemon/status"]);
});

describe("a daemon that ends before it has answered the greeting", () => {
  test("is said not to answer, without a wait for it", async () => {
    const socketPath = join(directory, "s");
    await using server = new Server();
    server.endsIn = [1];
    await server.listen(socketPath);
    const opened = connect({ socketPath, client });
    await expect(opened).rejects.toMatchObject({ kind: "disconnected" });
  });

  test("is followed by the next one, where a connection is made again", async () => {
    const socketPath = join(directory, "s");
    await using server = new Server(() => ({ pid: 3 }));
    server.endsIn = [2, 3];
    await server.listen(socketPath);
    using daemon = await connect({ socketPath, client });
    daemon.breakConnection();
    expect(await daemon.call("daemon/status", {})).toEqual({ pid: 3 });
    expect(server.greetings).toBe(4);
  });
});

test("a call that fits into no frame is refused here, and nothing of it is sent", async () => {
  const socketPath = join(directory, "s");
  await using server = new Server();
  await server.listen(socketPath);
  using daemon = await connect({ socketPath, client });
  const input = [{ type: "text" as const, text: "x".repeat(1024 * 1024) }];
  const call = daemon.call("turn/start", { threadId: newId(ThreadId), input });
  await expect(call).rejects.toMatchObject({
    kind: "tooLarge",
    message: expect.stringContaining("into a file"),
  });
  await daemon.call("daemon/status", {});
  expect(server.methods).toEqual(["daemon/status"]);
});

describe("followers of one feed", () => {
  const threadId = newId(ThreadId);
  const page = { events: [], streaming: [], seq: 0, live: true };

  test.each([
    ["thread", (daemon: Awaited<ReturnType<typeof connect>>) => daemon.followThread(threadId)],
    ["daemon", (daemon: Awaited<ReturnType<typeof connect>>) => daemon.followDaemon()],
  ])("of a %s leave it when the last of them has ended", async (feed, follow) => {
    const socketPath = join(directory, "s");
    const notices: Record<string, (seq: number) => unknown> = {
      thread: (seq) => ({ threadId, seq, event: { type: "turnsUndone", turnIds: [] } }),
      daemon: (seq) => ({ seq, event: {} }),
    };
    let seq = 0;
    await using server = new Server(({ method }, socket) => {
      if (method === "daemon/status") {
        seq += 1;
        const params = notices[feed]?.(seq);
        socket.send(JSON.stringify({ jsonrpc: "2.0", method: `${feed}/event`, params }));
      }
      return { ...page, seq };
    });
    await server.listen(socketPath);
    using daemon = await connect({ socketPath, client });
    const followers = [follow(daemon), follow(daemon)];
    const first = followers.map((follower) => follower.next());
    await daemon.call("daemon/status", {});
    await Promise.all(first);

    const left = () => server.methods.filter((method) => method.endsWith("/unsubscribe"));
    await followers[0]?.return(undefined);
    await daemon.call("daemon/status", {});
    expect(left()).toEqual([]);
    expect(await followers[1]?.next()).toMatchObject({ value: { seq: 2 } });
    await followers[1]?.return(undefined);
    await daemon.call("daemon/status", {});
    expect(left()).toEqual([`${feed}/unsubscribe`]);
  });
});
