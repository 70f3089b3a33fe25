import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Api, chatApi, responsesApi } from "./api.ts";
import { choose } from "./conversation.ts";
import { demo, demoScenarios } from "./demo/demo.ts";
import { type Fault, FaultCounter } from "./faults.ts";
import { isJson, type Json } from "./json.ts";
import { type Lack, type Limits, refuseUnsupported } from "./limits.ts";
import { proofScenarios } from "./proof-scenarios.ts";
import { parseRequest, type ScriptedRequest } from "./request.ts";
import { genericScenarios } from "./scenarios.ts";
import { sendEvents } from "./stream.ts";
import { type Reply, type Scenario, ScriptError } from "./types.ts";
import { TokenCounter } from "./usage.ts";
import { outputItems, type TokenCount } from "./wire.ts";

/** What this server says of itself, so that nobody takes it for a model. */
export const LABEL = "scripted model, no AI";

const MAX_LOGGED_REQUESTS = 1_000;

export interface ScriptedModelOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Tried before the generic ones. */
  readonly scenarios?: readonly Scenario[];
  /** Undefined streams as fast as the client reads. */
  readonly tokensPerSecond?: number | undefined;
  /** Befall every conversation, beside those that a directive asks for. */
  readonly faults?: readonly Fault[];
  /** Where it is set, requests without it are refused. */
  readonly apiKey?: string;
  /** What this endpoint is to lack, as others do. */
  readonly without?: readonly Lack[];
  /** Whether it demands the reasoning back with every call. */
  readonly demandsReasoning?: boolean;
}

export interface ScriptedModel extends AsyncDisposable {
  readonly url: string;
  /** The latest requests for a response, oldest first. */
  requests(): readonly ScriptedRequest[];
}

/** Starts the server on the loopback interface; disposing it ends every open stream. */
export async function startScriptedModel(
  options: ScriptedModelOptions = {},
): Promise<ScriptedModel> {
  const model = new Model(options);
  const server = createServer((request, response) => void model.serve(request, response));
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: () => [...model.requests],
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

class Model {
  readonly requests: ScriptedRequest[] = [];
  readonly #scenarios: readonly Scenario[];
  readonly #tokensPerSecond: number | undefined;
  readonly #apiKey: string | undefined;
  readonly #faults: FaultCounter;
  readonly #tokens = new TokenCounter();
  readonly #limits: Limits;

  constructor(options: ScriptedModelOptions) {
    const { scenarios = [], without = [], demandsReasoning = false } = options;
    this.#scenarios = [...scenarios, ...demoScenarios, ...proofScenarios, ...genericScenarios];
    this.#tokensPerSecond = options.tokensPerSecond;
    this.#apiKey = options.apiKey;
    this.#faults = new FaultCounter(options.faults);
    this.#limits = { without: new Set(without), demandsReasoning };
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      await this.#route(request, response, gone.signal);
    } catch (error) {
      if (gone.signal.aborted) return;
      const status = error instanceof ScriptError ? 400 : 500;
      sendError(response, status, `${LABEL}: ${error instanceof Error ? error.message : error}`);
    }
  }

  async #route(
    request: IncomingMessage,
    response: ServerResponse,
    gone: AbortSignal,
  ): Promise<void> {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (this.#apiKey && request.headers.authorization !== `Bearer ${this.#apiKey}`) {
      return sendError(response, 401, "the API key is wrong", "invalid_api_key");
    }
    const api = this.#apiAt(`${request.method} ${path}`);
    if (api) return await this.#respond(api, request, { response, gone });
    switch (`${request.method} ${path}`) {
      case "GET /v1/models":
        return sendJson(response, 200, modelList());
      case "GET /demo":
        return sendJson(response, 200, demo);
      default:
        return sendError(response, 404, `no ${request.method} ${path} here`);
    }
  }

  #apiAt(route: string): Api | undefined {
    const { without } = this.#limits;
    if (route === "POST /v1/responses" && !without.has("responses")) return responsesApi;
    if (route === "POST /v1/chat/completions" && !without.has("chat")) return chatApi;
    return undefined;
  }

  async #respond(
    api: Api,
    incoming: IncomingMessage,
    { response, gone }: { response: ServerResponse; gone: AbortSignal },
  ): Promise<void> {
    const raw = Buffer.concat(await incoming.toArray());
    const request = parseRequest(raw, incoming.headers);
    this.#log(request);
    refuseUnsupported(this.#limits, request);
    const { scenario, turn, directive } = choose(request, this.#scenarios);
    const reply = this.#limited(scenario.reply(turn));
    const fault = this.#faults.take(request.cacheKey, directive);
    if (fault?.kind === "status") return sendStatus(response, fault);
    if (fault?.kind === "silent") return await untilAborted(gone);
    const items = outputItems(spoiled(reply, fault), request.tools);
    const usage = this.#counted(api, request, this.#tokens.count(request.cacheKey, raw, items));
    const delayMs = reply.delayMs ?? 0;
    if (!request.stream) {
      if (delayMs > 0) await sleep(delayMs, undefined, { signal: gone });
      return sendJson(response, 200, api.whole(request.model, items, usage));
    }
    const events = api.events(request.model, items, usage);
    const tokensPerSecond = reply.tokensPerSecond ?? this.#tokensPerSecond;
    await sendEvents(response, { api, events, fault, delayMs, tokensPerSecond, gone });
  }

  #limited({ reasoning, ...reply }: Reply): Reply {
    return this.#limits.without.has("reasoning") || reasoning === undefined
      ? reply
      : { reasoning, ...reply };
  }

  /** A chat completion is counted for those who ask for it, and for all that is not streamed. */
  #counted(api: Api, { body, stream }: ScriptedRequest, count: TokenCount): TokenCount | undefined {
    if (this.#limits.without.has("usage")) return undefined;
    const { stream_options: asked } = body;
    const wanted = isJson(asked) && asked.include_usage === true;
    return api === chatApi && stream && !wanted ? undefined : count;
  }

  #log(request: ScriptedRequest): void {
    this.requests.push(request);
    if (this.requests.length > MAX_LOGGED_REQUESTS) this.requests.shift();
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** With `truncatedArguments`, the first call's JSON stops in the middle. */
function spoiled(reply: Reply, fault: Fault | undefined): Reply {
  const [call, ...others] = reply.calls ?? [];
  if (fault?.kind !== "truncatedArguments" || !call) return reply;
  const text = typeof call.input === "string" ? call.input : JSON.stringify(call.input);
  const input = text.slice(0, Math.ceil(text.length / 2));
  return { ...reply, calls: [{ ...call, input }, ...others] };
}

function modelList(): Json {
  const data = [{ id: "scripted", object: "model", created: 0, owned_by: LABEL }];
  return { object: "list", data };
}

function sendStatus(response: ServerResponse, fault: Fault & { kind: "status" }): void {
  if (fault.retryAfterSeconds !== undefined) {
    response.setHeader("retry-after", String(fault.retryAfterSeconds));
  }
  sendError(response, fault.status, `a scripted ${fault.status}`, fault.code);
}

function sendError(response: ServerResponse, status: number, message: string, code?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  sendJson(response, status, { error: { message, type, param: null, code: code ?? null } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
