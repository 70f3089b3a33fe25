import { existsSync, readFileSync, realpathSync } from "node:fs";
import {
  Budget,
  DaemonError,
  EditTool,
  Effort,
  formatHost,
  localServers,
  Price,
  parseHost,
  Role,
  TrayConfig,
  WireApi,
} from "@heddle/protocol";
import { parse, TomlError } from "smol-toml";
import * as z from "zod";
import { replaceFile } from "./os/durable-files.ts";
import { setTomlValue } from "./os/toml-edit.ts";
import { lineOf } from "./os/toml-lines.ts";

const ProviderConfig = z
  .strictObject({
    base_url: z
      .url({ protocol: /^https?$/, error: "expected an http or https URL" })
      .refine((url) => !URL.parse(url)?.password, "put the key into api_key_file instead"),
    api_key_env: z.string().min(1).optional(),
    api_key_file: z.string().min(1).optional(),
    api_key_command: z.string().min(1).optional(),
    wire_api: WireApi.optional(),
    idle_timeout_seconds: z.number().positive().max(3600).optional(),
  })
  .refine(
    ({ api_key_env, api_key_file, api_key_command }) =>
      [api_key_env, api_key_file, api_key_command].filter(Boolean).length <= 1,
    "set only one of api_key_env, api_key_file and api_key_command",
  );
export type ProviderConfig = z.infer<typeof ProviderConfig>;

const ModelName = z.string().regex(/^[^/]+\/.+$/, 'expected "provider/model"');

const RoleModel = z
  .union([ModelName, z.strictObject({ model: ModelName, effort: Effort.optional() })], {
    error: 'expected "provider/model", or { model = "provider/model", effort = "low" }',
  })
  .transform((value) => (typeof value === "string" ? { model: value } : value));
export type RoleModel = z.output<typeof RoleModel>;

const ModelPrice = z
  .strictObject({
    input: Price.shape.input,
    cached_input: Price.shape.cachedInput.optional(),
    output: Price.shape.output,
  })
  .transform(({ cached_input, ...price }) => ({
    ...price,
    cachedInput: cached_input ?? price.input,
  }));

/** As grants are written, so that they can be compared. */
const HostAndPort = z.string().transform((text, { addIssue }) => {
  const host = parseHost(text);
  if (host) return formatHost(host);
  addIssue(`expected host:port instead of ${text}`);
  return z.NEVER;
});

const BudgetConfig = Budget.strict().default({});

const ConfigFile = z.strictObject({
  providers: z.record(z.string().regex(/^[\w-]+$/), ProviderConfig).default({}),
  models: z.partialRecord(Role, RoleModel).default({}),
  edit_tools: z.record(z.string().min(1), EditTool).default({}),
  prices: z.record(ModelName, ModelPrice).default({}),
  sandbox: z
    .strictObject({
      allow_root: z.boolean().default(false),
      max_commands: z.int().min(1).max(64).default(4),
      memory_mb: z
        .int()
        .min(64)
        .max(1024 * 1024)
        .default(4096),
    })
    .prefault({}),
  threads: z.strictObject({ max_running: z.int().min(1).max(256).default(8) }).prefault({}),
  approvals: z
    .strictObject({
      deadline_hours: z
        .number()
        .positive()
        .max(24 * 365)
        .default(24 * 7),
    })
    .prefault({}),
  budgets: z
    .strictObject({ turn: BudgetConfig, thread: BudgetConfig, day: BudgetConfig })
    .prefault({}),
  context: z.strictObject({ tokens: z.int().min(4096).default(128_000) }).prefault({}),
  mcp: z
    .strictObject({
      start_timeout_seconds: z.number().positive().max(600).default(30),
      call_timeout_seconds: z.number().positive().max(3600).default(300),
    })
    .prefault({}),
  network: z.strictObject({ allow_private: z.array(HostAndPort).default([]) }).prefault({}),
  tray: TrayConfig.prefault({}),
  store: z
    .strictObject({
      backup_every_minutes: z
        .number()
        .positive()
        .max(60 * 24 * 7)
        .default(60),
    })
    .prefault({}),
});

export interface Config {
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly roles: Readonly<Record<Role, RoleModel>>;
  /** By the beginning of a model's own name. */
  readonly editTools: Readonly<Record<string, EditTool>>;
  /** In US dollars for a million tokens, by the full name of the model. */
  readonly prices: Readonly<Record<string, Omit<Price, "asOf">>>;
  readonly allowRoot: boolean;
  readonly maxCommands: number;
  /** For all commands of one turn together. */
  readonly memoryBytes: number;
  readonly maxRunningTurns: number;
  readonly approvalDeadlineMs: number;
  /** What each turn, each thread and each day may use. */
  readonly budgets: Readonly<Record<"turn" | "thread" | "day", Budget>>;
  /** What a model is taken to hold of which nobody knows. */
  readonly contextTokens: number;
  /** Hosts that may have addresses of the user's own networks, as `formatHost` writes them. */
  readonly allowPrivate: readonly string[];
  /** How long MCP servers may take to start, and to answer a call. */
  readonly mcpTimes: { readonly startMs: number; readonly callMs: number };
  readonly backupEveryMs: number;
}

const openai = (env: NodeJS.ProcessEnv): ProviderConfig => ({
  base_url: env.OPENAI_BASE_URL || "https://api.openai.com/v1",
  api_key_env: "OPENAI_API_KEY",
  // Another address may speak anything.
  ...(!env.OPENAI_BASE_URL && { wire_api: "responses" }),
});

/** What a role has that the configuration does not set: the newest of OpenAI's for code. */
const lineUp = { main: "openai/gpt-5.3-codex", fast: "openai/gpt-5.3-codex-spark" } as const;

/** Reads the configuration; a missing file means the defaults. Throws `invalidConfig` with the line. */
export function readConfig(path: string, env: NodeJS.ProcessEnv): Config {
  const text = readIfThere(path);
  const file = ConfigFile.safeParse(parseToml(path, text));
  if (!file.success) throw new DaemonError("invalidConfig", explain(path, text, file.error));
  const { providers, models, edit_tools, prices, sandbox, threads, approvals, network, store } =
    file.data;
  const { budgets, context, mcp } = file.data;
  const withDefault = { openai: openai(env), ...providers };
  refuseUnknownProvider(path, text, { models, known: { ...withDefault, ...localServers } });
  return {
    providers: withDefault,
    roles: rolesOf(models),
    editTools: edit_tools,
    prices,
    allowRoot: sandbox.allow_root || env.HEDDLE_ALLOW_ROOT === "1",
    maxCommands: sandbox.max_commands,
    memoryBytes: sandbox.memory_mb * 1024 * 1024,
    maxRunningTurns: threads.max_running,
    allowPrivate: network.allow_private,
    approvalDeadlineMs: approvals.deadline_hours * 3_600_000,
    budgets,
    contextTokens: context.tokens,
    mcpTimes: {
      startMs: mcp.start_timeout_seconds * 1000,
      callMs: mcp.call_timeout_seconds * 1000,
    },
    backupEveryMs: store.backup_every_minutes * 60_000,
  };
}

type ModelsTable = z.output<typeof ConfigFile>["models"];

/** Whoever has chosen a model of their own has chosen it for what they say nothing of, too. */
function rolesOf({ main, fast, cheap, review }: ModelsTable): Config["roles"] {
  const chosen = main ?? { model: lineUp.main };
  const quick = fast ?? main ?? { model: lineUp.fast };
  return { main: chosen, fast: quick, cheap: cheap ?? quick, review: review ?? chosen };
}

function refuseUnknownProvider(
  path: string,
  text: string,
  { models, known }: { models: ModelsTable; known: Readonly<Record<string, unknown>> },
): void {
  for (const role of Role.options) {
    const { provider } = splitModel(models[role]?.model ?? lineUp.main);
    if (Object.hasOwn(known, provider)) continue;
    const where = `${path}:${lineOf(text, ["models", role])}`;
    const names = Object.keys(known).join(", ");
    throw new DaemonError("invalidConfig", `${where}: no provider ${provider}; there are ${names}`);
  }
}

/**
 * Gives a role to a model in the file and changes nothing else in it, comments included. Throws
 * `invalidConfig` where the file is written so that this cannot be done, and leaves it alone.
 */
export function writeRole(
  path: string,
  env: NodeJS.ProcessEnv,
  { role, model, effort }: RoleModel & { readonly role: Role },
): Config["roles"] {
  const text = readIfThere(path);
  const quoted = JSON.stringify(model);
  const value = effort === undefined ? quoted : `{ model = ${quoted}, effort = "${effort}" }`;
  const changed = setTomlValue(text, ["models", role], value);
  if (changed === undefined) {
    const message = `${path} is written so that it cannot be changed safely; set ${role} = ${value} in [models] yourself`;
    throw new DaemonError("invalidConfig", message);
  }
  const place = existsSync(path) ? realpathSync(path) : path;
  replaceFile(place, changed);
  return readConfig(path, env).roles;
}

/** `provider/model` in its halves; a model's own name may hold further slashes. */
export function splitModel(name: string): { provider: string; model: string } {
  const slash = name.indexOf("/");
  return { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw new DaemonError("invalidConfig", `cannot read ${path}`, {}, { cause: error });
  }
}

function parseToml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "");
    throw new DaemonError("invalidConfig", `${path}:${error.line}: ${reason}`);
  }
}

function explain(path: string, text: string, error: z.ZodError): string {
  const lines = error.issues.map((issue) => {
    const keys = issue.code === "unrecognized_keys" ? [...issue.path, ...issue.keys] : issue.path;
    const place = keys.map(String);
    return `${path}:${lineOf(text, place)}: ${place.join(".")}: ${issue.message}`;
  });
  return lines.join("\n");
}
