import {
  applyThreadEvent,
  type ItemId,
  type SequencedDaemonEvent,
  type ThreadId,
  type ThreadView,
} from "@heddle/protocol";
import { connect, type HeddleClient, type ThreadNotice } from "@heddle/protocol/node";
import { RawSocket, request } from "./raw-socket.ts";

/** Connects so many clients at the same moment; rejects if one of them is not taken. */
export async function connectAtOnce(socketPath: string, count: number): Promise<HeddleClient[]> {
  return await Promise.all(
    Array.from({ length: count }, (_, at) =>
      connect({ socketPath, client: { name: `client ${at}`, kind: "script" } }),
    ),
  );
}

/** A thread as one client sees it. `gaps` is what came out of order, twice or not at all. */
export class Follower {
  view: ThreadView | undefined;
  readonly texts = new Map<ItemId, string>();
  readonly gaps: string[] = [];
  readonly ended: Promise<void>;
  readonly #client: HeddleClient;

  /** Follows until `until` is true. */
  constructor(client: HeddleClient, threadId: ThreadId, until: (view: ThreadView) => boolean) {
    this.#client = client;
    this.ended = this.#follow(threadId, until);
  }

  async #follow(threadId: ThreadId, until: (view: ThreadView) => boolean): Promise<void> {
    for await (const notice of this.#client.followThread(threadId)) {
      this.#take(notice);
      if (this.view && until(this.view)) return;
    }
  }

  #take(notice: ThreadNotice): void {
    if (notice.type === "text") {
      const before = this.texts.get(notice.itemId) ?? "";
      if (notice.offset > before.length) this.gaps.push(`text from ${before.length} on`);
      this.texts.set(notice.itemId, before.slice(0, notice.offset) + notice.text);
      return;
    }
    const expected = (this.view?.seq ?? 0) + 1;
    if (notice.seq !== expected) this.gaps.push(`${notice.seq} came in place of ${expected}`);
    this.view = applyThreadEvent(this.view, notice);
  }
}

/** The daemon's feed as one client sees it. */
export class FeedFollower {
  readonly gaps: string[] = [];
  events = 0;
  #last: number | undefined;
  readonly #stop = new AbortController();
  readonly ended: Promise<void>;

  constructor(client: HeddleClient) {
    this.ended = this.#follow(client);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #follow(client: HeddleClient): Promise<void> {
    for await (const event of client.followDaemon({ signal: this.#stop.signal })) this.#take(event);
  }

  #take({ seq }: SequencedDaemonEvent): void {
    if (this.#last !== undefined && seq !== this.#last + 1) {
      this.gaps.push(`feed: ${seq} came behind ${this.#last}`);
    }
    this.#last = seq;
    this.events += 1;
  }
}

/** Calls without pause until it is disposed, whatever it is told. */
export class Flood implements AsyncDisposable {
  sent = 0;
  readonly #raw: RawSocket;
  readonly #over = new AbortController();
  readonly #flooding: Promise<void>;

  private constructor(raw: RawSocket) {
    this.#raw = raw;
    this.#flooding = this.#run();
  }

  static async begin(socketPath: string): Promise<Flood> {
    return new Flood(await RawSocket.open(socketPath));
  }

  /** Settles once the daemon has told this client to slow down. */
  get refused(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (this.answers().overloaded > 0) resolve();
    };
    this.#raw.socket.on("message", look);
    return promise.finally(() => this.#raw.socket.off("message", look));
  }

  /** How many of the calls were answered, and how many refused as too many. */
  answers(): { answered: number; overloaded: number } {
    const overloaded = this.#raw.frames.filter((frame) => frame.includes('"overloaded"')).length;
    return { answered: this.#raw.frames.length - 1 - overloaded, overloaded };
  }

  async #run(): Promise<void> {
    const text = JSON.stringify(request("task/list", { limit: 500 }, "flood"));
    while (!this.#over.signal.aborted && this.#raw.socket.readyState === 1) {
      // As fast as the daemon reads: what waits on this side would not be a flood but a leak.
      for (let call = 0; call < 200 && this.#raw.socket.bufferedAmount < 65_536; call += 1) {
        this.#raw.send(text);
        this.sent += 1;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#flooding;
    await this.#raw[Symbol.asyncDispose]();
  }
}
