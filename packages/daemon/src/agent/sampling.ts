import { setTimeout as delay } from "node:timers/promises";
import type { Item } from "@heddle/protocol";
import { changedEditTool } from "./context/edit-tool.ts";
import { type InputEntry, type ModelCall, type ModelEvent, streamModel } from "./model.ts";
import { isRefusedForm } from "./model-capabilities.ts";
import { ModelError } from "./model-error.ts";
import { prefixBytes, requestOf } from "./request.ts";
import { retryDelayMs } from "./retry.ts";
import { endOf } from "./tools/tool.ts";
import { failureOf } from "./turn-failure.ts";
import type { TurnHost } from "./turn-host.ts";

/** What a complete response brought. */
export interface Sample {
  readonly calls: readonly ModelCall[];
  /** The last message in it, which is the report when there are no calls. */
  readonly message: string;
}

/** How often one request may teach what the endpoint cannot do. */
const lessonsAtMost = 2;

/**
 * Asks the model until it has answered completely. A response that was cut leaves nothing but items
 * marked as superseded: no call of it is run, and no entry of it is remembered.
 */
export async function sample(host: TurnHost): Promise<Sample> {
  let lessons = 0;
  if (host.patching.isHopeless) changeEditTool(host);
  for (let attempt = 0; ; attempt += 1) {
    host.setState("sampling");
    const startedAt = performance.now();
    const response = new Response(host);
    const sentBytes = prefixBytes(host) + host.window.bytes();
    const record = (outcome: string) => ({
      sentBytes,
      wallMs: Math.round(performance.now() - startedAt),
      outcome,
      usage: response.usage,
    });
    try {
      await receive(host, response);
      return host.atomically(() => {
        host.recordRequest(record("completed"));
        return response.complete();
      });
    } catch (error) {
      const known = error instanceof ModelError && !host.signal.aborted;
      const told = record(known ? error.kind : "interrupted");
      const learnt = known && lessons < lessonsAtMost && (await learn(host, error));
      if (learnt) lessons += 1;
      const wait = learnt ? 0 : known ? retryDelayMs(error, attempt, Math.random) : undefined;
      host.atomically(() => {
        host.recordRequest(told);
        response.discard(wait === undefined ? endOf(host) : "superseded");
      });
      if (wait === undefined) throw error;
      host.waitForRetry(failureOf(error, host), wait);
      await delay(wait, undefined, { signal: host.signal });
    }
  }
}

/** Whether a refusal taught how the endpoint has to be asked instead. */
async function learn(host: TurnHost, error: ModelError): Promise<boolean> {
  return isRefusedForm(error) && (await host.relearn(error));
}

/** The history says it, and the tools change with the same request. */
function changeEditTool(host: TurnHost): void {
  host.atomically(() => {
    host.remember([changedEditTool]);
    host.patching.giveUp();
  });
}

async function receive(host: TurnHost, response: Response): Promise<void> {
  const { endpoint, signal } = host;
  const request = requestOf(host, host.history());
  for await (const event of streamModel(endpoint, request, { signal })) response.take(event);
}

type TextItem = Extract<Item, { type: "agentMessage" | "reasoning" }>;

/** One response while it comes in. */
class Response {
  readonly #host: TurnHost;
  readonly #items = new Map<number, TextItem>();
  readonly #entries: InputEntry[] = [];
  readonly #calls: ModelCall[] = [];
  readonly #texts = new Map<number, string>();
  usage: (ModelEvent & { type: "completed" })["usage"];

  constructor(host: TurnHost) {
    this.#host = host;
  }

  take(event: ModelEvent): void {
    switch (event.type) {
      case "itemStarted":
        // A call is coming: what an effect has to wait for begins now.
        if (event.kind.endsWith("Call")) {
          this.#host.prepareEffects({ inBox: event.name === "exec_command" });
        }
        break;
      case "textDelta":
        this.#append(event.index, "agentMessage", event.text);
        this.#texts.set(event.index, (this.#texts.get(event.index) ?? "") + event.text);
        break;
      case "reasoningDelta":
        this.#append(event.index, "reasoning", event.text);
        break;
      case "itemDone":
        this.#entries.push(event.entry);
        if (event.call) this.#calls.push(event.call);
        break;
      case "completed":
        this.usage = event.usage;
        break;
    }
  }

  complete(): Sample {
    for (const item of this.#items.values()) this.#host.completeItem(item, "completed");
    this.#host.remember(this.#entries);
    return { calls: this.#calls, message: [...this.#texts.values()].at(-1) ?? "" };
  }

  discard(state: "superseded" | "interrupted" | "failed"): void {
    for (const item of this.#items.values()) this.#host.completeItem(item, state);
  }

  #append(index: number, type: TextItem["type"], text: string): void {
    let item = this.#items.get(index);
    if (item === undefined) {
      item = this.#host.startItem({ type, text: "", textLength: 0 });
      this.#items.set(index, item);
    }
    this.#host.appendText(item.id, text);
  }
}
