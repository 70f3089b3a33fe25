import { readFile, stat } from "node:fs/promises";
import {
  DaemonError,
  type Methods,
  type Model,
  type Provider,
  type ResultOf,
} from "@heddle/protocol";
import type { ModelEndpoint } from "../agent/model-types.ts";
import { runShell } from "../os/programs.ts";

/** A provider as the configuration has it. */
export interface ProviderSettings {
  readonly base_url: string;
  readonly api_key_env?: string | undefined;
  readonly api_key_file?: string | undefined;
  readonly api_key_command?: string | undefined;
  readonly wire_api: "responses";
  readonly idle_timeout_seconds?: number | undefined;
}

export interface ModelsOptions {
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly mainModel: string;
  readonly env: NodeJS.ProcessEnv;
  /** Is told of every key, so that none is ever logged. */
  readonly hide: (secret: string) => void;
}

const listTimeoutMs = 3000;
const commandTimeoutMs = 30_000;

/** The configured model line-up, and how each endpoint is reached. */
export class Models {
  readonly #options: ModelsOptions;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** The full name of a model; the main one without a name. Throws for an unknown provider. */
  resolve(name = this.#options.mainModel): string {
    const slash = name.indexOf("/");
    const provider = name.slice(0, slash);
    if (slash > 0 && Object.hasOwn(this.#options.providers, provider)) return name;
    const known = Object.keys(this.#options.providers).join(", ");
    const message = `no provider for the model ${name}; expected provider/model with one of ${known}`;
    throw new DaemonError("invalidParams", message, { model: name });
  }

  async endpoint(name: string): Promise<{ endpoint: ModelEndpoint; model: string }> {
    const full = this.resolve(name);
    const slash = full.indexOf("/");
    const provider = full.slice(0, slash);
    return { endpoint: await this.#endpoint(provider), model: full.slice(slash + 1) };
  }

  async list(): Promise<ResultOf<Methods, "model/list">> {
    const { mainModel } = this.#options;
    const found = await Promise.all(
      Object.keys(this.#options.providers).map((id) => this.#describe(id)),
    );
    const models = found.flatMap(({ models }) => models);
    if (!models.some(({ id }) => id === mainModel)) models.unshift(toModel(mainModel, mainModel));
    return { providers: found.map(({ provider }) => provider), models };
  }

  async #describe(id: string): Promise<{ provider: Provider; models: Model[] }> {
    const settings = this.#settings(id);
    const base = { id, baseUrl: settings.base_url, wireApi: settings.wire_api };
    try {
      const { baseUrl, apiKey } = await this.#endpoint(id);
      const credentials = apiKey === undefined ? "none" : "found";
      const { names, failure } = await listModels(baseUrl, apiKey);
      const models = names.map((name) => toModel(`${id}/${name}`, this.#options.mainModel));
      return { provider: { ...base, credentials, failure }, models };
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
      return { provider: { ...base, credentials: "missing", failure: error.message }, models: [] };
    }
  }

  async #endpoint(id: string): Promise<ModelEndpoint> {
    const settings = this.#settings(id);
    const apiKey = await this.#apiKey(id, settings);
    if (apiKey !== undefined) this.#options.hide(apiKey);
    const { base_url: baseUrl, idle_timeout_seconds: seconds } = settings;
    return { baseUrl, apiKey, ...(seconds !== undefined && { idleTimeoutMs: seconds * 1000 }) };
  }

  #settings(id: string): ProviderSettings {
    const settings = this.#options.providers[id];
    if (settings) return settings;
    throw new DaemonError("notFound", `no provider ${id}`, { provider: id });
  }

  async #apiKey(id: string, settings: ProviderSettings): Promise<string | undefined> {
    const { api_key_env, api_key_file, api_key_command } = settings;
    if (api_key_env !== undefined) {
      const key = this.#options.env[api_key_env];
      if (key) return key;
      const message = `the provider ${id} needs the key in ${api_key_env}, which is not set; set it and restart the daemon, or use api_key_file`;
      throw new DaemonError("noCredentials", message, { provider: id });
    }
    if (api_key_file !== undefined) return readKeyFile(id, api_key_file);
    if (api_key_command !== undefined) return runKeyCommand(id, api_key_command);
    return undefined;
  }
}

async function readKeyFile(provider: string, path: string): Promise<string> {
  const mode = await stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
  if (mode === undefined) {
    throw new DaemonError("noCredentials", `the key file ${path} of ${provider} cannot be read`);
  }
  if ((mode & 0o077) !== 0) {
    const message = `the key file ${path} can be read by others; run \`chmod 600 ${path}\``;
    throw new DaemonError("noCredentials", message, { provider });
  }
  return (await readFile(path, "utf8")).trim();
}

async function runKeyCommand(provider: string, command: string): Promise<string> {
  const { stdout, exitCode } = await runShell(command, commandTimeoutMs);
  if (exitCode === 0 && stdout.trim() !== "") return stdout.trim();
  const message = `the api_key_command of ${provider} failed (exit ${exitCode ?? "unknown"})`;
  throw new DaemonError("noCredentials", message, { provider });
}

async function listModels(
  baseUrl: string,
  apiKey: string | undefined,
): Promise<{ names: string[]; failure: string | null }> {
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const signal = AbortSignal.timeout(listTimeoutMs);
  try {
    const response = await fetch(`${baseUrl.replace(/\/$/, "")}/models`, { headers, signal });
    if (!response.ok) return { names: [], failure: `it answered ${response.status}` };
    const { data } = (await response.json()) as { data?: { id?: unknown }[] };
    return { names: (data ?? []).map(({ id }) => String(id)), failure: null };
  } catch {
    return { names: [], failure: `no answer from ${baseUrl}` };
  }
}

function toModel(id: string, mainModel: string): Model {
  const roles = id === mainModel ? ["main"] : [];
  return { id, provider: id.slice(0, id.indexOf("/")), roles };
}
