import { addAbortListener } from "node:events";
import type { Capabilities, WireApi } from "@heddle/protocol";
import { demandsReasoning, presumed } from "../agent/model-capabilities.ts";
import { ModelError } from "../agent/model-error.ts";
import { probeModel } from "../agent/model-probe.ts";
import type { ModelEndpoint } from "../agent/model-types.ts";
import type { Clock } from "../os/clock.ts";
import type { CapabilitiesTable } from "../store/model-tables.ts";

/** A model at its endpoint. */
export interface ModelPlace extends Omit<ModelEndpoint, "capabilities"> {
  readonly model: string;
  /** What the user says that it speaks; undefined finds it out. */
  readonly wireApi: WireApi | undefined;
  /** What the line-up says; null where it says nothing. */
  readonly contextLength: number | null;
}

interface FactsOptions {
  readonly table: CapabilitiesTable;
  readonly clock: Clock;
}

/** However slowly it answers: a model may have to be loaded from a slow disk first. */
const probeTimeoutMs = 600_000;

/** What endpoints can do with models: asked once, stored, and asked again when it proved wrong. */
export class ModelFacts {
  readonly #options: FactsOptions;
  readonly #underWay = new Map<string, Promise<Capabilities>>();

  constructor(options: FactsOptions) {
    this.#options = options;
  }

  /** What is stored, without asking anybody. */
  known({ baseUrl, model, wireApi }: Omit<ModelPlace, "apiKey">): Capabilities | undefined {
    const stored = this.#options.table.find(baseUrl, model);
    return wireApi === undefined || stored?.wireApi === wireApi ? stored : undefined;
  }

  /** Servers are started anew with another context, and then it is that which counts. */
  contextFound(place: Omit<ModelPlace, "apiKey">, contextLength: number): void {
    const known = this.known(place);
    if (known === undefined || known.contextLength === contextLength) return;
    this.#options.table.put(place.baseUrl, place.model, { ...known, contextLength });
  }

  /** For a turn: where nothing can be found out, it fails by itself and says why. */
  async of(place: ModelPlace, signal: AbortSignal): Promise<Capabilities> {
    const { contextLength, wireApi } = place;
    const known = this.known(place);
    if (known) return { ...known, contextLength: known.contextLength ?? contextLength };
    const guess = { ...presumed(wireApi ?? "responses"), contextLength };
    if (wireApi) return guess;
    return await unlessAborted(signal, this.probe(place)).catch((error: unknown) => {
      if (error instanceof ModelError || signal.aborted) return guess;
      throw error;
    });
  }

  /** Asks the endpoint, and stores what it can do. Those who ask at the same time share the answer. */
  probe(place: ModelPlace): Promise<Capabilities> {
    const key = `${place.baseUrl} ${place.model}`;
    const underWay = this.#underWay.get(key) ?? this.#probe(place);
    this.#underWay.set(key, underWay);
    return underWay.finally(() => this.#underWay.delete(key));
  }

  /** What a refusal taught; undefined if nothing that was not known before. */
  async relearn(
    place: ModelPlace,
    { before, refusal, signal }: { before: Capabilities; refusal: ModelError; signal: AbortSignal },
  ): Promise<Capabilities | undefined> {
    if (demandsReasoning(refusal) && !before.replaysReasoning) {
      const after = { ...before, replaysReasoning: true };
      this.#options.table.put(place.baseUrl, place.model, after);
      return after;
    }
    try {
      const after = await unlessAborted(signal, this.probe(place));
      return sameForm(before, after) ? undefined : after;
    } catch (error) {
      if (error instanceof ModelError || signal.aborted) return undefined;
      throw error;
    }
  }

  async #probe(place: ModelPlace): Promise<Capabilities> {
    const { table, clock } = this.#options;
    const signal = AbortSignal.timeout(probeTimeoutMs);
    const found = await probeModel({ ...place, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw new ModelError("idle", `no answer to a probe for ${probeTimeoutMs} ms`, {
        cause: error,
      });
    });
    const replaysReasoning = this.known(place)?.replaysReasoning ?? false;
    const contextLength = found.contextLength ?? place.contextLength;
    const capabilities = { ...found, replaysReasoning, contextLength, probedAt: clock() };
    table.put(place.baseUrl, place.model, capabilities);
    return capabilities;
  }
}

/** Whether a request would be put the same way. */
function sameForm(a: Capabilities, b: Capabilities): boolean {
  const form = ({ wireApi, customTools, reasoning, usage, replaysReasoning }: Capabilities) =>
    JSON.stringify([wireApi, customTools, reasoning, usage, replaysReasoning]);
  return form(a) === form(b);
}

async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  using _ = addAbortListener(signal, () => reject(signal.reason));
  return await Promise.race([work, promise]);
}
