import type { Worker } from "node:worker_threads";
import { DaemonError, type ErrorKind } from "@heddle/protocol";
import type { Queries, QueryParams, QueryResult } from "./all-queries.ts";
import type { IndexCall, IndexError, IndexReply } from "./index-messages.ts";
import type { RefreshSummary } from "./project-index.ts";
import { startWorker } from "./start-worker.ts";

export type OnProgress = (done: number, total: number) => void;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: OnProgress | undefined;
}

/** A thread that holds the indexes of projects, which so share what a thread costs. */
export class IndexThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor() {
    this.#worker = startWorker("index-worker", undefined);
    this.#worker.unref();
    this.#worker.on("message", (reply: IndexReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#end(error as Error));
    this.#worker.on("exit", () => this.#end(new Error("the thread of the index has ended")));
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** The index of one project, in this thread for as long as it is asked. */
  project(database: string): IndexedProject {
    return new IndexedProject(this, (call, onProgress) => this.#call(database, call, onProgress));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #call(database: string, call: IndexCall, onProgress?: OnProgress): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject, onProgress });
    // Nobody may be left waiting because everything else has ended.
    this.#worker.ref();
    this.#worker.postMessage({ id, database, call });
    return promise;
  }

  #take(reply: IndexReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    if (reply.type === "progress") {
      waiting.onProgress?.(reply.done, reply.total);
      return;
    }
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (reply.type === "result") waiting.resolve(reply.result);
    else waiting.reject(toError(reply.error));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

type AskThread = (call: IndexCall, onProgress?: OnProgress) => Promise<unknown>;

/** The index of a project; calls are done in their order. */
export class IndexedProject implements AsyncDisposable {
  readonly #thread: IndexThread;
  readonly #send: AskThread;
  #pending = 0;

  constructor(thread: IndexThread, send: AskThread) {
    this.#thread = thread;
    this.#send = send;
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return this.#thread.alive;
  }

  /** Whether somebody waits for an answer. */
  get busy(): boolean {
    return this.#pending > 0;
  }

  /** Brings the rows of a tree up to its files; `listing` is what git said of them. */
  refresh(
    root: string,
    listing: Uint8Array | undefined,
    onProgress?: OnProgress,
  ): Promise<RefreshSummary> {
    return this.#ask({ type: "refresh", root, listing }, onProgress) as Promise<RefreshSummary>;
  }

  /** Brings the rows of these files up to date. */
  change(root: string, paths: readonly string[]): Promise<RefreshSummary> {
    return this.#ask({ type: "change", root, paths }) as Promise<RefreshSummary>;
  }

  async keepTrees(roots: readonly string[]): Promise<void> {
    await this.#ask({ type: "keepTrees", roots });
  }

  ask<Kind extends keyof Queries>(
    root: string,
    query: Kind,
    params: QueryParams<Kind>,
  ): Promise<QueryResult<Kind>> {
    return this.#ask({ type: "ask", root, query, params }) as Promise<QueryResult<Kind>>;
  }

  /** Lets go of what the thread holds for it; whoever asks again opens it again. */
  async [Symbol.asyncDispose](): Promise<void> {
    // A thread that has ended holds nothing any more.
    await this.#ask({ type: "close" }).catch(() => {});
  }

  async #ask(call: IndexCall, onProgress?: OnProgress): Promise<unknown> {
    this.#pending += 1;
    try {
      return await this.#send(call, onProgress);
    } finally {
      this.#pending -= 1;
    }
  }
}

function toError({ message, stack, kind, details }: IndexError): Error {
  if (kind !== undefined)
    return new DaemonError(kind as ErrorKind, message, details as Record<string, unknown>);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
