import { type LocalServer, localServers } from "@heddle/protocol";
import { isRecord } from "./model-usage.ts";

/** A program that serves models on the user's own machine. */
export interface ServerKind {
  /** As a provider is called in the configuration. */
  readonly id: LocalServer;
  /** Its models, if it is this program that answers there. */
  readonly models: (server: Server) => Promise<ServedModel[] | undefined>;
  /** How a model is served with a longer context. */
  readonly mend: (tokens: number, model: string) => string;
}

export interface ServedModel {
  readonly name: string;
  /** What it is served with; null where that is not known before it is loaded. */
  readonly contextLength: number | null;
}

export interface Server {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly signal: AbortSignal;
}

export interface FoundServer {
  readonly kind: ServerKind;
  readonly models: readonly ServedModel[];
}

/** Below this an agent has little room beside its instructions, a file and a test's output. */
export const leastContextTokens = 32_768;

export const serverKinds: readonly ServerKind[] = [
  {
    id: "ollama",
    models: ollamaModels,
    mend: (tokens) => `start it with \`OLLAMA_CONTEXT_LENGTH=${tokens} ollama serve\``,
  },
  {
    id: "lmstudio",
    models: lmStudioModels,
    mend: (tokens, model) => `load it with \`lms load ${model} --context-length ${tokens}\``,
  },
  {
    id: "vllm",
    models: vllmModels,
    mend: (tokens, model) => `start it with \`vllm serve ${model} --max-model-len ${tokens}\``,
  },
  {
    id: "llamacpp",
    models: llamaCppModels,
    mend: (tokens) => `start llama-server with \`--ctx-size ${tokens}\``,
  },
];

/** Which of the programs answers at an address, and with which models. */
export async function identify(
  server: Server,
  kinds: readonly ServerKind[] = serverKinds,
): Promise<FoundServer | undefined> {
  const found = await Promise.all(
    kinds.map(async (kind) => ({ kind, models: await kind.models(server) })),
  );
  const [first] = found.flatMap(({ kind, models }) => (models ? [{ kind, models }] : []));
  return first;
}

/** Whether a model is served with too little context, and what to do about that. */
export function contextWarning({ kind }: FoundServer, model: ServedModel): string | null {
  const { name, contextLength } = model;
  if (contextLength === null || contextLength >= leastContextTokens) return null;
  const mend = kind.mend(leastContextTokens, name);
  return `${localServers[kind.id].name} serves it with a context of ${contextLength} tokens, too few for work on code; ${mend}`;
}

const infoTimeoutMs = 1000;

/** How much a model takes at once: what the endpoint's list of models says, or the program there. */
export async function contextLengthOf({
  baseUrl,
  apiKey,
  model,
}: {
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly model: string;
}): Promise<number | null> {
  const server = { baseUrl, apiKey, signal: AbortSignal.timeout(infoTimeoutMs) };
  const listed = (await listedModels(server)).find(({ id }) => id === model);
  // The names of this number at vLLM, OpenRouter and Groq.
  const told = listed?.max_model_len ?? listed?.context_length ?? listed?.context_window;
  if (typeof told === "number" && told > 0) return told;
  if (!isLoopback(baseUrl)) return null;
  const found = await identify(server);
  return found?.models.find(({ name }) => name === model)?.contextLength ?? null;
}

export function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d+){3}$/.test(hostname);
}

async function ollamaModels(server: Server): Promise<ServedModel[] | undefined> {
  const [known, loaded] = await Promise.all([
    json(server, "/../api/tags"),
    json(server, "/../api/ps"),
  ]);
  if (!isRecord(known) || !Array.isArray(known.models)) return undefined;
  const running = records(isRecord(loaded) ? loaded.models : []);
  return records(known.models).map(({ name }) => ({
    name: String(name),
    contextLength: tokens(running.find((model) => model.name === name)?.context_length),
  }));
}

async function lmStudioModels(server: Server): Promise<ServedModel[] | undefined> {
  const list = await json(server, "/../api/v0/models");
  if (!isRecord(list) || !Array.isArray(list.data)) return undefined;
  const models = records(list.data).filter(({ type }) => type === "llm" || type === "vlm");
  return models.map(({ id, loaded_context_length }) => ({
    name: String(id),
    contextLength: tokens(loaded_context_length),
  }));
}

async function vllmModels(server: Server): Promise<ServedModel[] | undefined> {
  const models = (await listedModels(server)).filter(({ owned_by }) => owned_by === "vllm");
  if (models.length === 0) return undefined;
  return models.map(({ id, max_model_len }) => ({
    name: String(id),
    contextLength: tokens(max_model_len),
  }));
}

/** One that routes to several models tells this of each; none is loaded to find out. */
async function llamaCppModels(server: Server): Promise<ServedModel[] | undefined> {
  const props = await json(server, "/../props?autoload=false");
  const settings = isRecord(props) ? props.default_generation_settings : undefined;
  if (!isRecord(settings)) return undefined;
  const models = await listedModels(server);
  const contextLength = models.length === 1 ? tokens(settings.n_ctx) : null;
  return models.map(({ id }) => ({ name: String(id), contextLength }));
}

async function listedModels(server: Server): Promise<Record<string, unknown>[]> {
  const list = await json(server, "/models");
  return isRecord(list) ? records(list.data) : [];
}

/** Undefined for every answer that is no JSON, and for none. */
async function json({ baseUrl, apiKey, signal }: Server, path: string): Promise<unknown> {
  const base = baseUrl.replace(/\/+$/, "");
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    const response = await fetch(new URL(`${base}${path}`), { headers, signal });
    if (response.ok) return await response.json();
    await response.body?.cancel();
  } catch {
    // Nobody listens there, or somebody else.
  }
  return undefined;
}

function tokens(value: unknown): number | null {
  return typeof value === "number" && value > 0 ? value : null;
}

function records(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
