import {
  type Actor,
  DaemonError,
  type Handlers,
  type Method,
  type Methods,
  registry,
} from "@heddle/protocol";
import { type JSONRPCRequest, type JSONRPCResponse, JSONRPCServer } from "json-rpc-2.0";
import * as z from "zod";
import type { Caller, Feeds } from "../methods/caller.ts";
import type { Mutations } from "../services/mutations.ts";
import type { Budget } from "./budget.ts";
import { type LogError, toWireError, wireError } from "./errors.ts";
import { Scopes } from "./scopes.ts";

/** Who is on the other side of a request's connection. */
export interface Peer {
  readonly actor: Actor;
  readonly feeds: Feeds;
  readonly costly: Budget;
}

export interface DispatcherOptions {
  readonly handlers: Handlers<Methods, Caller>;
  readonly mutations: Mutations;
  readonly logError: LogError;
}

/** Reads that start processes or ask a server: of one client only so many run at once. */
const costly: ReadonlySet<string> = new Set<keyof Methods>([
  "thread/diff",
  "daemon/doctor",
  "model/list",
]);

type Handle = (params: unknown, caller: Caller) => unknown;

/** Turns well-formed requests into calls of handlers: params, order, repetition, errors. */
export class Dispatcher {
  readonly #rpc: JSONRPCServer<Peer>;
  readonly #scopes = new Scopes();
  readonly #mutations: Mutations;
  #mutating = 0;
  #drained: PromiseWithResolvers<void> | undefined;

  constructor({ handlers, mutations, logError }: DispatcherOptions) {
    this.#mutations = mutations;
    this.#rpc = new JSONRPCServer({ errorListener: () => {} });
    this.#rpc.mapErrorToJSONRPCErrorResponse = (id, error) => toWireError(id, error, logError);
    for (const [name, spec] of Object.entries(registry)) {
      const handle = handlers[name as keyof Methods] as Handle;
      this.#rpc.addMethod(name, (params, peer) => this.#call(name, spec, handle, params, peer));
    }
  }

  /** Answers a request; `null` for a notification, which gets no answer. */
  async receive(request: JSONRPCRequest, peer: Peer): Promise<JSONRPCResponse | null> {
    if (!this.#rpc.hasMethod(request.method)) {
      const { id = null, method } = request;
      return request.id === undefined
        ? null
        : wireError(id, "methodNotFound", `no method ${method}`);
    }
    if (this.#drained) {
      const { id = null } = request;
      return request.id === undefined ? null : wireError(id, "shuttingDown", shuttingDown);
    }
    if (!registry[request.method]?.mutates) return this.#rpc.receive(request, peer);
    this.#mutating += 1;
    try {
      return await this.#rpc.receive(request, peer);
    } finally {
      this.#mutating -= 1;
      this.#settleDrained();
    }
  }

  /** Refuses calls from now on, and settles when no mutating one is under way. */
  drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers();
    this.#settleDrained();
    return this.#drained.promise;
  }

  #settleDrained(): void {
    if (this.#mutating === 0) this.#drained?.resolve();
  }

  async #call(name: string, spec: Method, handle: Handle, raw: unknown, peer: Peer) {
    const params = spec.params.safeParse(raw ?? {});
    if (!params.success) {
      throw new DaemonError("invalidParams", `${name}: ${z.prettifyError(params.error)}`);
    }
    const result = await this.#scopes.run(spec.scope(params.data), async () =>
      spec.mutates
        ? this.#mutate(name, handle, params.data, peer)
        : this.#read(name, handle, params.data, peer),
    );
    return spec.result.parse(result);
  }

  async #read(name: string, handle: Handle, params: unknown, peer: Peer): Promise<unknown> {
    const call = async () => handle(params, { ...peer, commit: refuseCommit });
    return costly.has(name) ? await peer.costly.run(call) : await call();
  }

  #mutate(method: string, handle: Handle, params: unknown, peer: Peer): Promise<unknown> {
    const { idempotencyKey: key } = params as { idempotencyKey?: string };
    const call = { key, method, params, actor: peer.actor };
    return this.#mutations.run(call, (commit) => handle(params, { ...peer, commit }));
  }
}

const shuttingDown = "the daemon is stopping; try again when it has started again";

const refuseCommit = (): never => {
  throw new Error("a method that reads must not commit");
};
