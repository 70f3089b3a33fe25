import type { Worker } from "node:worker_threads";
import { DaemonError, type ErrorKind } from "@heddle/protocol";
import type { Queries, QueryParams, QueryResult } from "./all-queries.ts";
import type { IndexCall, IndexError, IndexReply, IndexStart } from "./index-messages.ts";
import type { RefreshSummary } from "./project-index.ts";
import { startWorker } from "./start-worker.ts";

export type OnProgress = (done: number, total: number) => void;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: OnProgress | undefined;
}

/** The index of a project in a thread of its own; calls are done in their order. */
export class IndexThread implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #ended: Error | undefined;

  constructor(database: string) {
    this.#worker = startWorker("index-worker", { database } satisfies IndexStart);
    this.#worker.unref();
    this.#worker.on("message", (reply: IndexReply) => this.#take(reply));
    this.#worker.on("error", (error) => this.#end(error as Error));
    this.#worker.on("exit", () => this.#end(new Error("the thread of the index has ended")));
  }

  /** Whether it can still be asked. */
  get alive(): boolean {
    return this.#ended === undefined;
  }

  /** Whether somebody waits for an answer. */
  get busy(): boolean {
    return this.#waiting.size > 0;
  }

  /** Brings the rows of a tree up to its files; `listing` is what git said of them. */
  refresh(
    root: string,
    listing: Uint8Array | undefined,
    onProgress?: OnProgress,
  ): Promise<RefreshSummary> {
    return this.#call({ type: "refresh", root, listing }, onProgress) as Promise<RefreshSummary>;
  }

  /** Brings the rows of these files up to date. */
  change(root: string, paths: readonly string[]): Promise<RefreshSummary> {
    return this.#call({ type: "change", root, paths }) as Promise<RefreshSummary>;
  }

  async keepTrees(roots: readonly string[]): Promise<void> {
    await this.#call({ type: "keepTrees", roots });
  }

  ask<Kind extends keyof Queries>(
    root: string,
    query: Kind,
    params: QueryParams<Kind>,
  ): Promise<QueryResult<Kind>> {
    return this.#call({ type: "ask", root, query, params }) as Promise<QueryResult<Kind>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }

  #call(call: IndexCall, onProgress?: OnProgress): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject, onProgress });
    // Nobody may be left waiting because everything else has ended.
    this.#worker.ref();
    this.#worker.postMessage({ id, call });
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

function toError({ message, stack, kind, details }: IndexError): Error {
  if (kind !== undefined)
    return new DaemonError(kind as ErrorKind, message, details as Record<string, unknown>);
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
