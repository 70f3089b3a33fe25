import * as z from "zod";
import { mutation, Timestamp } from "./common.ts";
import { globally, method, unordered } from "./define.ts";
import { roles } from "./roles.ts";

export const Role = z
  .enum(roles)
  .describe("What a model is used for; the configuration says which model that is.");
export type Role = z.infer<typeof Role>;

export const Effort = z.enum(["minimal", "low", "medium", "high"]);
export type Effort = z.infer<typeof Effort>;

export const WireApi = z
  .enum(["responses", "chat"])
  .describe("`responses`: OpenAI's Responses API. `chat`: Chat Completions.");
export type WireApi = z.infer<typeof WireApi>;

export const EditTool = z
  .enum(["apply_patch", "edit"])
  .describe("`edit` comes with `write_file`: for models that were not trained on patches.");
export type EditTool = z.infer<typeof EditTool>;

export const Capabilities = z.object({
  wireApi: WireApi,
  functionCalls: z.boolean(),
  customTools: z.boolean().describe("Else a freeform tool is offered as a function."),
  reasoning: z.boolean().describe("Whether it takes an effort."),
  usage: z.boolean().describe("Whether it counts tokens; else they are estimated."),
  replaysReasoning: z.boolean().describe("Whether it demands its reasoning back."),
  contextLength: z.int().positive().nullable().describe("In tokens; null where it does not say."),
  probedAt: Timestamp.nullable().describe("Null where it is known without asking."),
});
export type Capabilities = z.infer<typeof Capabilities>;

export const Price = z
  .object({
    input: z.number().nonnegative(),
    cachedInput: z.number().nonnegative(),
    output: z.number().nonnegative().describe("Reasoning included."),
    asOf: z.string().describe("The day it was looked up, or `config`."),
  })
  .describe("US dollars for a million tokens.");
export type Price = z.infer<typeof Price>;

export const Model = z.object({
  id: z.string().describe("As `provider/model`."),
  provider: z.string(),
  roles: z.array(z.string()).describe("The roles that the configuration gives to it."),
  use: z.string().nullable().describe("What it is good for, where the line-up says so."),
  capabilities: Capabilities.nullable().describe("Null until its first turn, or `model/probe`."),
  contextLength: z.int().nullable().describe("What it is served with now, where that is known."),
  warning: z.string().nullable().describe("What is wrong with how it is served, and the mend."),
  price: Price.nullable().describe("Null: its tokens are counted, its cost is not."),
  editTool: EditTool,
});
export type Model = z.infer<typeof Model>;

export const Provider = z.object({
  id: z.string(),
  baseUrl: z.string(),
  wireApi: WireApi.nullable().describe("Null: it is found out for each model."),
  credentials: z.enum(["found", "missing", "none"]).describe("`none`: the provider needs none."),
  detected: z
    .string()
    .nullable()
    .describe("What runs there, when it was found on this machine and needs no configuration."),
  failure: z.string().nullable().describe("Why its models could not be listed."),
});
export type Provider = z.infer<typeof Provider>;

export const RoleModel = z.object({
  role: Role,
  model: z.string().describe("As `provider/model`."),
  effort: Effort.nullable(),
});
export type RoleModel = z.infer<typeof RoleModel>;

/** Programs that serve models on the user's own machine: looked for there, and named without configuration. */
export const localServers = {
  ollama: { name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1" },
  lmstudio: { name: "LM Studio", baseUrl: "http://127.0.0.1:1234/v1" },
  vllm: { name: "vLLM", baseUrl: "http://127.0.0.1:8000/v1" },
  llamacpp: { name: "llama.cpp", baseUrl: "http://127.0.0.1:8080/v1" },
} as const;
export type LocalServer = keyof typeof localServers;

const ModelId = z
  .string()
  .max(200)
  .regex(/^[^/]+\/.+$/, 'expected "provider/model"');

export const modelMethods = {
  "model/list": method({
    summary:
      "List the configured providers and those that were found running on this machine, the models that they answer with, and what is known of each.",
    params: z.object({}),
    result: z.object({
      providers: z.array(Provider),
      models: z.array(Model),
      roles: z.array(RoleModel),
    }),
    mutates: false,
    scope: unordered,
  }),
  "model/use": method({
    summary: "Give a role to a model: in the configuration file, and from the next turn on.",
    params: z.object({
      role: Role,
      model: ModelId,
      effort: Effort.optional().describe("Without it, the model's own."),
      ...mutation,
    }),
    result: RoleModel,
    mutates: true,
    scope: globally,
  }),
  "model/probe": method({
    summary: "Find out afresh what an endpoint can do with a model, by asking it twice.",
    params: z.object({ model: ModelId }),
    result: Capabilities,
    mutates: false,
    scope: unordered,
  }),
};
