import { readFileSync } from "node:fs";
import { Budget, DaemonError, formatHost, parseHost } from "@heddle/protocol";
import { parse, TomlError } from "smol-toml";
import { z } from "zod";
import { lineOf } from "./os/toml-lines.ts";

const ProviderConfig = z
  .strictObject({
    base_url: z
      .url({ protocol: /^https?$/, error: "expected an http or https URL" })
      .refine((url) => !URL.parse(url)?.password, "put the key into api_key_file instead"),
    api_key_env: z.string().min(1).optional(),
    api_key_file: z.string().min(1).optional(),
    api_key_command: z.string().min(1).optional(),
    wire_api: z.literal("responses").default("responses"),
    idle_timeout_seconds: z.number().positive().max(3600).optional(),
  })
  .refine(
    ({ api_key_env, api_key_file, api_key_command }) =>
      [api_key_env, api_key_file, api_key_command].filter(Boolean).length <= 1,
    "set only one of api_key_env, api_key_file and api_key_command",
  );
export type ProviderConfig = z.infer<typeof ProviderConfig>;

const ModelName = z.string().regex(/^[^/]+\/.+$/, 'expected "provider/model"');

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
  models: z.strictObject({ main: ModelName.optional() }).default({}),
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
  network: z.strictObject({ allow_private: z.array(HostAndPort).default([]) }).prefault({}),
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
  readonly mainModel: string;
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
  readonly backupEveryMs: number;
}

const openai = (env: NodeJS.ProcessEnv): ProviderConfig => ({
  base_url: env.OPENAI_BASE_URL || "https://api.openai.com/v1",
  api_key_env: "OPENAI_API_KEY",
  wire_api: "responses",
});

/** Reads the configuration; a missing file means the defaults. Throws `invalidConfig` with the line. */
export function readConfig(path: string, env: NodeJS.ProcessEnv): Config {
  const text = readIfThere(path);
  const file = ConfigFile.safeParse(parseToml(path, text));
  if (!file.success) throw new DaemonError("invalidConfig", explain(path, text, file.error));
  const { providers, models, sandbox, threads, approvals, network, store, ...limits } = file.data;
  const withDefault = { openai: openai(env), ...providers };
  const mainModel = models.main ?? "openai/gpt-5.3-codex";
  const provider = splitModel(mainModel).provider;
  if (!Object.hasOwn(withDefault, provider)) {
    const where = `${path}:${lineOf(text, ["models", "main"])}`;
    const known = Object.keys(withDefault).join(", ");
    throw new DaemonError("invalidConfig", `${where}: no provider ${provider}; there are ${known}`);
  }
  return {
    providers: withDefault,
    mainModel,
    allowRoot: sandbox.allow_root || env.HEDDLE_ALLOW_ROOT === "1",
    maxCommands: sandbox.max_commands,
    memoryBytes: sandbox.memory_mb * 1024 * 1024,
    maxRunningTurns: threads.max_running,
    allowPrivate: network.allow_private,
    approvalDeadlineMs: approvals.deadline_hours * 3_600_000,
    budgets: limits.budgets,
    contextTokens: limits.context.tokens,
    backupEveryMs: store.backup_every_minutes * 60_000,
  };
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
