import {
  type Capabilities,
  DaemonError,
  type EditTool,
  type Effort,
  localServers,
  type Methods,
  type Price,
  type ResultOf,
  type Role,
  type RoleModel,
  type WireApi,
} from "@heddle/protocol";
import { presumed } from "../agent/model-capabilities.ts";
import { ModelError } from "../agent/model-error.ts";
import type { ModelEndpoint } from "../agent/model-types.ts";
import type { Clock } from "../os/clock.ts";
import type { CapabilitiesTable } from "../store/model-tables.ts";
import { knownModel, type OwnPrices, priceOf } from "./line-up.ts";
import { ModelFacts, type ModelPlace } from "./model-facts.ts";
import { listModels } from "./model-list.ts";
import { type EditTools, editToolOf } from "./model-profiles.ts";
import { type KeySource, readKey } from "./provider-keys.ts";

/** A provider as the configuration has it. */
export interface ProviderSettings extends KeySource {
  readonly base_url: string;
  readonly wire_api?: WireApi | undefined;
  readonly idle_timeout_seconds?: number | undefined;
}

/** The model of a role, and how hard it thinks. */
export interface RoleChoice {
  readonly model: string;
  readonly effort?: Effort | undefined;
}
export type Roles = Readonly<Record<Role, RoleChoice>>;

export interface ModelsOptions {
  readonly providers: Readonly<Record<string, ProviderSettings>>;
  readonly roles: Roles;
  readonly editTools: EditTools;
  readonly prices: OwnPrices;
  readonly env: NodeJS.ProcessEnv;
  readonly capabilities: CapabilitiesTable;
  readonly clock: Clock;
  /** Is told of every key, so that none is ever logged. */
  readonly hide: (secret: string) => void;
  /** Puts a role into the configuration file; throws `invalidConfig` where that cannot be done. */
  readonly writeRole: (role: Role, choice: RoleChoice) => Roles;
}

/** What a turn asks for; without a model, that of the role. */
export interface ModelWish {
  readonly model?: string | undefined;
  readonly role?: Role | undefined;
  readonly effort?: Effort | undefined;
}

/** The model of a turn and how it is reached. */
export interface TurnModel {
  readonly endpoint: ModelEndpoint;
  /** Its name at the endpoint. */
  readonly model: string;
  readonly editTool: EditTool;
  readonly price: Price | undefined;
}

/** Stands for a model that cannot be reached, in a turn that does not ask it any more. */
export function neverAsked(model: string): TurnModel {
  const endpoint = { baseUrl: "", apiKey: undefined, capabilities: presumed("responses") };
  return { endpoint, model, editTool: "edit", price: undefined };
}

/** The model line-up, and how each endpoint is reached. */
export class Models {
  readonly #options: ModelsOptions;
  readonly #providers: Readonly<Record<string, ProviderSettings>>;
  readonly #facts: ModelFacts;
  #roles: Roles;

  constructor(options: ModelsOptions) {
    this.#options = options;
    this.#roles = options.roles;
    this.#providers = { ...options.providers, ...localProviders(options.providers) };
    this.#facts = new ModelFacts({ table: options.capabilities, clock: options.clock });
  }

  get mainModel(): string {
    return this.#roles.main.model;
  }

  /** The full name of what is wished for, and its effort. Throws for an unknown provider. */
  resolve({ model, role = "main", effort }: ModelWish): { model: string; effort?: Effort } {
    const choice = model === undefined ? this.#roles[role] : { model };
    this.#place(choice.model);
    const wanted = effort ?? choice.effort;
    return { model: choice.model, ...(wanted && { effort: wanted }) };
  }

  /** How a model is reached; asks the endpoint what it can do, where that is not known yet. */
  async endpoint(
    name: string,
    signal: AbortSignal,
  ): Promise<{ endpoint: ModelEndpoint; model: string }> {
    const place = await this.#reach(name);
    const capabilities = await this.#facts.of(place, signal);
    const { model, wireApi: _, contextLength: __, ...endpoint } = place;
    return { endpoint: { ...endpoint, capabilities }, model };
  }

  /** A turn's model, with all that is known of it. */
  async ofTurn(name: string, signal: AbortSignal): Promise<TurnModel> {
    const [editTool, price] = [this.editTool(name), this.price(name)];
    return { ...(await this.endpoint(name, signal)), editTool, price };
  }

  /** What an endpoint can do after it refused a request; undefined if that is as it was. */
  async relearn(
    name: string,
    how: { before: Capabilities; refusal: ModelError; signal: AbortSignal },
  ): Promise<Capabilities | undefined> {
    return await this.#facts.relearn(await this.#reach(name), how);
  }

  async probe(name: string): Promise<Capabilities> {
    try {
      return await this.#facts.probe(await this.#reach(name));
    } catch (error) {
      if (!(error instanceof ModelError)) throw error;
      const kind = error.kind === "unauthorized" ? "noCredentials" : "providerUnavailable";
      throw new DaemonError(kind, `${name}: ${error.message}`, { reason: error.kind });
    }
  }

  /** What a model can hold; undefined where nobody has said so yet. */
  contextLength(name: string): number | undefined {
    const place = this.#place(name);
    return this.#facts.known(place)?.contextLength ?? place.contextLength ?? undefined;
  }

  editTool(name: string): EditTool {
    return editToolOf(this.#place(name).model, this.#options.editTools);
  }

  price(name: string): Price | undefined {
    return priceOf(name, this.#place(name).settings.base_url, this.#options.prices);
  }

  /** Gives a role to a model, here and in the configuration file. */
  use(role: Role, choice: RoleChoice): RoleModel {
    this.#place(choice.model);
    this.#roles = this.#options.writeRole(role, choice);
    return { role, model: choice.model, effort: choice.effort ?? null };
  }

  list(): Promise<ResultOf<Methods, "model/list">> {
    return listModels({
      providers: this.#providers,
      configured: this.#options.providers,
      roles: this.#roles,
      keyOf: (id, settings) => this.#key(id, settings),
      known: (name) => this.#facts.known(this.#place(name)),
      contextFound: (name, tokens) => this.#facts.contextFound(this.#place(name), tokens),
      price: (name) => this.price(name),
      editTool: (name) => this.editTool(name),
      use: (name) => knownModel(name, this.#place(name).settings.base_url)?.use,
    });
  }

  /** Where a model is, by its full name. */
  #place(name: string): Omit<ModelPlace, "apiKey"> & { id: string; settings: ProviderSettings } {
    const slash = name.indexOf("/");
    const id = name.slice(0, slash);
    const settings = Object.hasOwn(this.#providers, id) ? this.#providers[id] : undefined;
    if (slash <= 0 || settings === undefined) {
      const known = Object.keys(this.#providers).join(", ");
      const message = `no provider for the model ${name}; expected provider/model with one of ${known}`;
      throw new DaemonError("invalidParams", message, { model: name });
    }
    const { base_url: baseUrl, wire_api: wireApi, idle_timeout_seconds: seconds } = settings;
    const contextLength = knownModel(name, baseUrl)?.contextLength ?? null;
    const idle = seconds === undefined ? {} : { idleTimeoutMs: seconds * 1000 };
    const place = { baseUrl, wireApi, contextLength, model: name.slice(slash + 1), ...idle };
    return { id, settings, ...place };
  }

  async #reach(name: string): Promise<ModelPlace> {
    const { id, settings, ...place } = this.#place(name);
    return { ...place, apiKey: await this.#key(id, settings) };
  }

  async #key(id: string, settings: ProviderSettings): Promise<string | undefined> {
    const key = await readKey(`the provider ${id}`, settings, this.#options.env);
    if (key !== undefined) this.#options.hide(key);
    return key;
  }
}

/** The programs of the user's own machine need no configuration, and give way to it. */
function localProviders(configured: ModelsOptions["providers"]): ModelsOptions["providers"] {
  const missing = Object.entries(localServers).filter(([id]) => !Object.hasOwn(configured, id));
  return Object.fromEntries(missing.map(([id, { baseUrl }]) => [id, { base_url: baseUrl }]));
}
