import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { newId, ProjectId, protocolVersion, ThreadId, TurnId } from "@heddle/protocol";
import { connect } from "@heddle/protocol/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { temporaryDirectory } from "./support/repository.ts";

type Answer = (
  params: Record<string, unknown>,
  notify: (method: string, params: unknown) => void,
) => unknown;

/** A server whose answer and notices of one call arrive together, in one piece. */
async function serve(path: string, methods: Record<string, Answer>): Promise<AsyncDisposable> {
  const server = createServer().listen(path);
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, { socket: stream }) => {
    socket.on("message", (data) => {
      stream.cork();
      answer(socket, methods, JSON.parse(String(data)));
      stream.uncork();
    });
  });
  await once(server, "listening");
  return {
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(
  socket: WebSocket,
  methods: Record<string, Answer>,
  { id, method, params }: { id: string; method: string; params: Record<string, unknown> },
): void {
  const notices: string[] = [];
  const notify = (name: string, what: unknown) =>
    notices.push(JSON.stringify({ jsonrpc: "2.0", method: name, params: what }));
  const result = methods[method]?.(params, notify) ?? {};
  for (const frame of [JSON.stringify({ jsonrpc: "2.0", id, result }), ...notices]) {
    socket.send(frame);
  }
}

const threadId = newId(ThreadId);
const undone = { type: "turnsUndone", turnIds: [newId(TurnId)] };
const removed = { type: "projectRemoved", projectId: newId(ProjectId) };
const sequenced = (event: unknown, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ seq: from + index, event }));
const initialize: Answer = () => ({
  version: "1.0.0",
  protocolVersion,
  capabilities: { methods: [] },
});

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory("follow");
});
afterEach(() => rmSync(directory, { recursive: true }));

test("an event of a thread that arrives right behind the answer of the subscription is not lost", {
  timeout: 5000,
}, async () => {
  const socketPath = join(directory, "s");
  await using _ = await serve(socketPath, {
    initialize,
    "thread/subscribe": ({ afterSeq }, notify) => {
      if (afterSeq === 0) notify("thread/event", { threadId, seq: 3, event: undone });
      const last = afterSeq === 0 ? 2 : 3;
      const events = sequenced(undone, Number(afterSeq) + 1, last);
      return { events, streaming: [], seq: last, live: true };
    },
  });
  using client = await connect({ socketPath, client: { name: "test", kind: "script" } });
  const seqs: number[] = [];
  for await (const notice of client.followThread(threadId)) {
    if (notice.type === "event") seqs.push(notice.seq);
    if (seqs.length === 3) break;
  }
  expect(seqs).toEqual([1, 2, 3]);
});

test("an event of the feed that arrives right behind the answer hides none of those before it", async () => {
  const socketPath = join(directory, "s");
  await using _ = await serve(socketPath, {
    initialize,
    "daemon/subscribe": ({ afterSeq }, notify) => {
      if (afterSeq === 0) notify("daemon/event", { seq: 3, event: removed });
      const last = afterSeq === 0 ? 2 : 3;
      return { events: sequenced(removed, Number(afterSeq) + 1, last), seq: last, live: true };
    },
  });
  using client = await connect({ socketPath, client: { name: "test", kind: "script" } });
  const seqs: number[] = [];
  for await (const { seq } of client.followDaemon({ afterSeq: 0 })) {
    seqs.push(seq);
    if (seq === 3) break;
  }
  expect(seqs).toEqual([1, 2, 3]);
});
