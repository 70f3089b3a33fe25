import {
  type Capabilities,
  DaemonError,
  type EditTool,
  localServers,
  type Methods,
  type Model,
  type Price,
  type Provider,
  type ResultOf,
  Role,
} from "@heddle/protocol";
import {
  contextWarning,
  type FoundServer,
  identify,
  isLoopback,
  type Server,
  serverKinds,
} from "../agent/model-servers.ts";
import type { ProviderSettings, Roles } from "./models.ts";

/** What listing needs to know; names are full ones. */
export interface ListOptions {
  /** The configured ones, and the programs that may run on this machine. */
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly configured: Readonly<Record<string, ProviderSettings>>;
  readonly roles: Roles;
  readonly keyOf: (id: string, settings: ProviderSettings) => Promise<string | undefined>;
  readonly known: (name: string) => Capabilities | undefined;
  /** Is told what a model is served with now, which may have changed since it was asked. */
  readonly contextFound: (name: string, tokens: number) => void;
  readonly price: (name: string) => Price | undefined;
  readonly editTool: (name: string) => EditTool;
  readonly use: (name: string) => string | undefined;
}

type Listing = ResultOf<Methods, "model/list">;

interface Listed {
  readonly provider: Provider;
  readonly names: readonly string[];
  readonly server: FoundServer | undefined;
}

const listTimeoutMs = 3000;
/** For all programs that may run on this machine, asked at the same time: a list takes 300 ms. */
const detectTimeoutMs = 250;

/** The providers, what they answer with, and what of it has a role. */
export async function listModels(options: ListOptions): Promise<Listing> {
  const asked = {
    list: AbortSignal.timeout(listTimeoutMs),
    detect: AbortSignal.timeout(detectTimeoutMs),
  };
  const found = await Promise.all(
    Object.entries(options.providers).map(([id, settings]) =>
      Object.hasOwn(options.configured, id)
        ? configuredProvider(options, { id, settings, signal: asked.list })
        : detectedProvider(id, {
            baseUrl: settings.base_url,
            apiKey: undefined,
            signal: asked.detect,
          }),
    ),
  );
  const listed = found.filter((one) => one !== undefined);
  const inRoles = Role.options.map((role) => options.roles[role].model);
  const names = new Set([...inRoles, ...listed.flatMap(namesOf)]);
  const models = [...names].map((name) => describe(name, options, listed));
  const roles = Role.options.map((role) => {
    const { model, effort } = options.roles[role];
    return { role, model, effort: effort ?? null };
  });
  return { providers: listed.map(({ provider }) => provider), models, roles };
}

interface Asked {
  readonly id: string;
  readonly settings: ProviderSettings;
  readonly signal: AbortSignal;
}

async function configuredProvider(
  { keyOf }: ListOptions,
  { id, settings, signal }: Asked,
): Promise<Listed> {
  const { base_url: baseUrl, wire_api: wireApi = null } = settings;
  const base = { id, baseUrl, wireApi, detected: null };
  try {
    const apiKey = await keyOf(id, settings);
    const credentials = apiKey === undefined ? ("none" as const) : ("found" as const);
    const [{ names, failure }, server] = await Promise.all([
      offeredModels({ baseUrl, apiKey, signal }),
      isLoopback(baseUrl) ? identify({ baseUrl, apiKey, signal }) : undefined,
    ]);
    return { provider: { ...base, credentials, failure }, names, server };
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    const provider = { ...base, credentials: "missing" as const, failure: error.message };
    return { provider, names: [], server: undefined };
  }
}

/** A program of this machine, if it runs: ready to use as it is. */
async function detectedProvider(id: string, server: Server): Promise<Listed | undefined> {
  const kinds = serverKinds.filter((kind) => kind.id === id);
  const found = await identify(server, kinds);
  if (found === undefined) return undefined;
  const { baseUrl } = server;
  const detected = localServers[found.kind.id].name;
  const state = { credentials: "none" as const, wireApi: null, failure: null };
  const names = found.models.map(({ name }) => name);
  return { provider: { id, baseUrl, detected, ...state }, names, server: found };
}

function namesOf({ provider, names }: Listed): string[] {
  return names.map((name) => `${provider.id}/${name}`);
}

function describe(id: string, options: ListOptions, listed: readonly Listed[]): Model {
  const slash = id.indexOf("/");
  const provider = id.slice(0, slash);
  const capabilities = options.known(id) ?? null;
  const server = listed.find((one) => one.provider.id === provider)?.server;
  const served = server?.models.find(({ name }) => name === id.slice(slash + 1));
  if (served?.contextLength) options.contextFound(id, served.contextLength);
  return {
    id,
    provider,
    roles: Role.options.filter((role) => options.roles[role].model === id),
    use: options.use(id) ?? null,
    capabilities,
    contextLength: served?.contextLength ?? capabilities?.contextLength ?? null,
    warning: warningOf(capabilities, server && served && contextWarning(server, served)),
    price: options.price(id) ?? null,
    editTool: options.editTool(id),
  };
}

function warningOf(
  capabilities: Capabilities | null,
  aboutContext: string | null | undefined,
): string | null {
  if (capabilities?.functionCalls === false) {
    return "it was asked to call a tool and did not: without tools it can only talk";
  }
  return aboutContext ?? null;
}

async function offeredModels({
  baseUrl,
  apiKey,
  signal,
}: Server): Promise<{ names: string[]; failure: string | null }> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  try {
    const response = await fetch(`${baseUrl.replace(/\/$/, "")}/models`, { headers, signal });
    if (!response.ok) return { names: [], failure: `it answered ${response.status}` };
    const { data } = (await response.json()) as { data?: { id?: unknown }[] };
    return { names: (data ?? []).map(({ id }) => String(id)), failure: null };
  } catch {
    return { names: [], failure: `no answer from ${baseUrl}` };
  }
}
