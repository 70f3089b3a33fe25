import {
  type Handlers,
  type Methods,
  newId,
  ProjectId,
  protocolVersion,
  TaskId,
} from "@heddle/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Caller } from "../methods/caller.ts";
import { daemonHandlers } from "../methods/daemon.ts";
import type { Services } from "../methods/services.ts";
import { systemClock } from "../os/clock.ts";
import { Journal } from "../services/journal.ts";
import { LiveTexts } from "../services/live-texts.ts";
import { Mutations } from "../services/mutations.ts";
import { type Database, openDatabase } from "../store/database.ts";
import { Store } from "../store/store.ts";
import { Connection } from "./connection.ts";
import { Dispatcher } from "./dispatcher.ts";
import { FairQueue } from "./fair-queue.ts";
import { connectPair, type SocketPair } from "./socket-fixture.test.support.ts";
import { Subscriptions } from "./subscriptions.ts";

type Answer = {
  id?: unknown;
  method?: string;
  result?: unknown;
  error?: { code: number; data: Record<string, unknown> };
};

const request = (method: string, params: unknown = {}, id: unknown = 1) => ({
  ...{ jsonrpc: "2.0", id, method, params },
});
const initialize = (kind = "script") =>
  request("initialize", { protocolVersion, client: { name: "test", kind } });
const task = { projectId: newId(ProjectId), title: "t" };

/** The transport over a store in memory, with handlers of a test's own. */
class Transport {
  readonly store: Store;
  readonly journal: Journal;
  readonly dispatcher: Dispatcher;
  readonly subscriptions: Subscriptions;
  readonly #log: (message: string) => void;

  constructor(
    db: Database,
    handlers: Partial<Handlers<Methods, Caller>>,
    log: (message: string) => void,
  ) {
    this.#log = log;
    this.store = new Store(db);
    const logError = () => log("unexpected error");
    this.journal = new Journal({ store: this.store, clock: systemClock, logError });
    this.subscriptions = new Subscriptions(
      this.journal,
      new LiveTexts(this.store),
      this.store.events,
    );
    const all = { ...daemonHandlers({ version: "1.0.0" } as Services), ...handlers };
    this.dispatcher = new Dispatcher({
      handlers: all as Handlers<Methods, Caller>,
      mutations: new Mutations(this.store, this.journal),
      logError,
    });
  }

  async connect(): Promise<SocketPair> {
    const { dispatcher, subscriptions } = this;
    const lane = new FairQueue().lane();
    const log = (message: string) => this.#log(message);
    const pair = await connectPair(
      (socket, stream) =>
        void new Connection({ socket, stream, dispatcher, subscriptions, lane, log }),
    );
    await ask(pair, initialize());
    return pair;
  }
}

async function ask(pair: SocketPair, message: unknown): Promise<Answer> {
  pair.client.send(JSON.stringify(message));
  return (await pair.next()) as Answer;
}

let db: Database;
beforeEach(() => {
  db = openDatabase(":memory:");
});
afterEach(() => void db.close());

const silent = () => {};
const textOf = (length: number) => ({ text: "x".repeat(length), offset: 0, textLength: length });
const itemId = "item_01a2072b-8bfa-753b-aa0b-909ac7eed33c";

describe("an answer of over 1 MiB", () => {
  /** Ranges as long as their limit times 16 says. */
  const handlers = {
    "item/read": ({ limit }: { limit: number }) => textOf(limit * 16),
  };

  test("becomes the error tooLarge, and the connection goes on", async () => {
    const transport = new Transport(db, handlers, silent);
    await using pair = await transport.connect();
    expect(await ask(pair, request("item/read", { itemId, limit: 70_000 }))).toMatchObject({
      id: 1,
      error: { code: 1025, data: { kind: "tooLarge", limitBytes: 1024 * 1024 } },
    });
    const { result } = await ask(pair, request("item/read", { itemId, limit: 60_000 }));
    expect(result).toMatchObject({ textLength: 960_000 });
  });

  test("in a batch takes nothing from the others, as far as they fit", async () => {
    const transport = new Transport(db, handlers, silent);
    await using pair = await transport.connect();
    const limits = [70_000, 10, 40_000, 40_000, 20];
    const batch = limits.map((limit, id) => request("item/read", { itemId, limit }, id));
    const answers = (await ask(pair, batch)) as unknown as Answer[];
    expect(answers.map(({ id, error }) => [id, error?.data.kind])).toEqual([
      [0, "tooLarge"],
      [1, undefined],
      [2, undefined],
      [3, "tooLarge"],
      [4, undefined],
    ]);
  });

  test("a thousand times in a batch is still a frame of 1 MiB at most", async () => {
    const transport = new Transport(db, handlers, silent);
    await using pair = await transport.connect();
    let bytes = 0;
    pair.client.on("message", (data) => {
      bytes = (data as Buffer).byteLength;
    });
    const id = (at: number) => `${at}`.padStart(200, "x");
    const batch = Array.from({ length: 1000 }, (_, at) =>
      request("item/read", { itemId, limit: at % 50 === 0 ? 70_000 : 200 }, id(at)),
    );
    const answers = (await ask(pair, batch)) as unknown as Answer[];
    expect(answers).toHaveLength(1000);
    expect(bytes).toBeLessThanOrEqual(1024 * 1024);
  });
});

describe("a request", () => {
  test("whose params are over 512 KiB is refused with tooLarge, whatever their form", async () => {
    const transport = new Transport(db, {}, silent);
    await using pair = await transport.connect();
    for (const params of [{ input: "x".repeat(600_000) }, { input: "織".repeat(200_000) }]) {
      expect(await ask(pair, request("turn/start", params, 5))).toMatchObject({
        id: 5,
        error: { code: 1025, data: { kind: "tooLarge", limitBytes: 512 * 1024 } },
      });
    }
  });

  test("with an id that is longer than an answer may be is refused", async () => {
    const transport = new Transport(db, {}, silent);
    await using pair = await transport.connect();
    const answer = await ask(pair, request("daemon/status", {}, "x".repeat(2_000_000)));
    expect(answer).toMatchObject({ id: null, error: { code: -32600 } });
  });

  test("of a client that calls itself the daemon is refused", async () => {
    const transport = new Transport(db, {}, silent);
    await using pair = await transport.connect();
    expect(await ask(pair, initialize("daemon"))).toMatchObject({
      error: { code: -32602, data: { kind: "invalidParams" } },
    });
  });
});

describe("a log that cannot be written", () => {
  const broken = (): never => {
    throw new Error("the disk is full");
  };

  test("costs no client its answer, its events or its connection", async () => {
    const handlers = {
      "daemon/status": (): never => {
        throw new Error("a bug");
      },
      "daemon/subscribe": (_: unknown, { feeds }: Caller) => {
        feeds.followDaemon(undefined);
        throw new Error("a bug, after the client was registered");
      },
    };
    const transport = new Transport(db, handlers, broken);
    await using pair = await transport.connect();
    expect(await ask(pair, request("daemon/status"))).toMatchObject({ error: { code: -32603 } });
    expect(await ask(pair, request("daemon/subscribe"))).toMatchObject({
      error: { code: -32603 },
    });
    const actor = { name: "test", kind: "script" } as const;
    const event = { type: "projectRemoved", projectId: newId(ProjectId) } as const;
    transport.journal.write(actor, (tx) => tx.announce(event));
    expect(await pair.next()).toMatchObject({ method: "daemon/event", params: { seq: 1, event } });
  });
});

test("an event that comes before its subscription is answered is sent behind the answer", async () => {
  const actor = { name: "test", kind: "script" } as const;
  const event = { type: "projectRemoved", projectId: newId(ProjectId) } as const;
  const handlers = {
    "daemon/subscribe": (_: unknown, { feeds }: Caller) => {
      const page = feeds.followDaemon(undefined);
      transport.journal.write(actor, (tx) => tx.announce(event));
      return page;
    },
  };
  const transport: Transport = new Transport(db, handlers, silent);
  await using pair = await transport.connect();
  expect(await ask(pair, request("daemon/subscribe"))).toMatchObject({ id: 1 });
  expect(await pair.next()).toMatchObject({ method: "daemon/event", params: { seq: 1, event } });
});

describe("stopping", () => {
  test("waits for the mutating calls under way, and refuses all others", async () => {
    const made = Promise.withResolvers<void>();
    const handlers = {
      "task/create": async (_: unknown, { commit }: Caller) => {
        await made.promise;
        return commit((tx) => ({
          ...{ ...task, id: newId(TaskId), state: "open", source: "user", dependsOn: [] },
          ...{ createdAt: tx.now, updatedAt: tx.now },
        }));
      },
    } as Partial<Handlers<Methods, Caller>>;
    const transport = new Transport(db, handlers, silent);
    await using pair = await transport.connect();
    pair.client.send(JSON.stringify(request("task/create", task, "under way")));
    expect(await ask(pair, request("thread/admire"))).toMatchObject({ error: { code: -32601 } });

    let drained = false;
    const drain = transport.dispatcher.drain().then(() => {
      drained = true;
    });
    for (const method of ["daemon/status", "task/create"]) {
      expect(await ask(pair, request(method, task))).toMatchObject({
        error: { code: -32003, data: { kind: "shuttingDown" } },
      });
    }
    expect(drained).toBe(false);
    made.resolve();
    expect(await pair.next()).toMatchObject({ id: "under way", result: { title: "t" } });
    await drain;
  });

  test("waits for nothing when nothing is under way", async () => {
    await new Transport(db, {}, silent).dispatcher.drain();
  });
});

test("of a client's costly reads four run at once, and its other calls do not wait for them", async () => {
  const gates: (() => void)[] = [];
  const handlers = {
    "model/list": async () => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return { data: [], nextCursor: null };
    },
    "item/read": () => textOf(1),
  } as unknown as Partial<Handlers<Methods, Caller>>;
  const transport = new Transport(db, handlers, silent);
  await using pair = await transport.connect();
  for (let id = 1; id <= 10; id += 1) {
    pair.client.send(JSON.stringify(request("model/list", {}, id)));
  }
  expect(await ask(pair, request("item/read", { itemId }, "quick"))).toMatchObject({ id: "quick" });
  expect(gates).toHaveLength(4);
});
