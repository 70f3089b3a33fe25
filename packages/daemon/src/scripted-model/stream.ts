import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Api } from "./api.ts";
import type { Fault } from "./faults.ts";
import type { Json } from "./json.ts";

export interface StreamPlan {
  readonly api: Api;
  readonly events: Iterable<Json>;
  readonly fault: Fault | undefined;
  readonly delayMs: number;
  /** Undefined sends as fast as the client reads. */
  readonly tokensPerSecond: number | undefined;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
}

const WRITE_BYTES = 16_384;

/** Sends events as an SSE body, at the pace and with the fault that the plan says. */
export async function sendEvents(response: ServerResponse, plan: StreamPlan): Promise<void> {
  const { api, fault, delayMs, gone } = plan;
  const faultAt = fault && "at" in fault ? fault.at : Number.POSITIVE_INFINITY;
  const writer = new PacedWriter(response, plan.tokensPerSecond, gone);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  response.flushHeaders();
  let sequence = 0;
  for (const event of plan.events) {
    if (sequence === api.prefaceEvents && delayMs > 0) await writer.wait(delayMs);
    if (sequence === faultAt && fault) {
      if (await spoil(response, writer, { api, fault, sequence })) return;
    } else {
      await writer.write(api.frame(event, sequence), api.isToken(event));
    }
    sequence++;
  }
  await writer.write(api.end, false);
  await writer.flush();
  response.end();
}

/** Makes the fault happen; says whether the response is over with it. */
async function spoil(
  response: ServerResponse,
  writer: PacedWriter,
  { api, fault, sequence }: { api: Api; fault: Fault; sequence: number },
): Promise<boolean> {
  if (fault.kind === "malformed") {
    await writer.write(api.malformed, false);
    return false;
  }
  const last = api.faultEvent(fault);
  if (last) await writer.write(api.frame(last, sequence), false);
  await writer.flush();
  if (fault.kind === "stall") await writer.wait(Number.POSITIVE_INFINITY);
  else if (fault.kind === "cut") response.destroy();
  else response.end();
  return true;
}

/** Gathers events into few writes, holds tokens back until they are due, heeds backpressure. */
class PacedWriter {
  readonly #response: ServerResponse;
  readonly #msPerToken: number;
  readonly #gone: AbortSignal;
  #buffer = "";
  #dueAt: number | undefined;

  constructor(response: ServerResponse, tokensPerSecond: number | undefined, gone: AbortSignal) {
    this.#response = response;
    this.#msPerToken = tokensPerSecond ? 1_000 / tokensPerSecond : 0;
    this.#gone = gone;
  }

  async write(text: string, isToken: boolean): Promise<void> {
    this.#gone.throwIfAborted();
    if (isToken && this.#msPerToken > 0) await this.#untilDue();
    this.#buffer += text;
    if (this.#buffer.length >= WRITE_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = "";
    if (text === "" || this.#response.write(text)) return;
    await once(this.#response, "drain", { signal: this.#gone });
  }

  /** Sends what there is, then nothing for a while. */
  async wait(ms: number): Promise<void> {
    await this.flush();
    if (Number.isFinite(ms)) await sleep(ms, undefined, { signal: this.#gone });
    else await once(this.#gone, "abort");
    this.#gone.throwIfAborted();
  }

  async #untilDue(): Promise<void> {
    const now = performance.now();
    this.#dueAt = (this.#dueAt ?? now) + this.#msPerToken;
    if (this.#dueAt > now + 1) await this.wait(this.#dueAt - now);
  }
}
