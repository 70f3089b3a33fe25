import type { Capabilities, Methods, Model, ResultOf } from "@heddle/protocol";
import { expect, test } from "vitest";
import { capabilityLines, modelTable, modelWords } from "./models-text.ts";

const chat: Capabilities = {
  wireApi: "chat",
  functionCalls: true,
  customTools: false,
  reasoning: false,
  usage: false,
  replaysReasoning: false,
  contextLength: 4096,
  probedAt: 1,
};

const model = (more: Partial<Model> & { id: string }): Model => ({
  provider: more.id.slice(0, more.id.indexOf("/")),
  roles: [],
  use: null,
  capabilities: null,
  contextLength: null,
  warning: null,
  price: null,
  editTool: "edit",
  ...more,
});

const list: ResultOf<Methods, "model/list"> = {
  providers: [
    {
      id: "openai",
      baseUrl: "https://api.openai.com/v1",
      wireApi: "responses",
      credentials: "missing",
      detected: null,
      failure: "the provider openai needs the key in OPENAI_API_KEY",
    },
    {
      id: "ollama",
      baseUrl: "http://127.0.0.1:11434/v1",
      wireApi: null,
      credentials: "none",
      detected: "Ollama",
      failure: null,
    },
  ],
  models: [
    model({
      id: "ollama/qwen3:8b",
      capabilities: chat,
      contextLength: 4096,
      warning: "Ollama serves it with a context of 4096 tokens; start it with …",
    }),
    model({
      id: "openai/gpt-5.3-codex",
      roles: ["main"],
      use: "production work",
      contextLength: 400_000,
      price: { input: 1.75, cachedInput: 0.175, output: 14, asOf: "2026-05-13" },
      editTool: "apply_patch",
    }),
  ],
  roles: [{ role: "main", model: "openai/gpt-5.3-codex", effort: "high" }],
};

test("the table begins with the models in use, and says what is not known", () => {
  expect(modelTable(list, undefined).replace(/ +$/gm, "")).toBe(
    [
      "MODEL                 ROLES        CONTEXT  EDITS BY     ENDPOINT                    $ PER MILLION    GOOD FOR",
      "openai/gpt-5.3-codex  main (high)  400k     apply_patch  not asked yet               1.75 in, 14 out  production work",
      "ollama/qwen3:8b                    4k       edit         chat, no effort, no counts  ?",
      "",
    ].join("\n"),
  );
});

test("beside it stand what is ready, what is wrong, and the date of the prices", () => {
  expect(modelWords(list)).toEqual([
    "Ollama runs at http://127.0.0.1:11434/v1 and is ready: heddle models use main ollama/qwen3:8b",
    "provider openai at https://api.openai.com/v1: the provider openai needs the key in OPENAI_API_KEY",
    "ollama/qwen3:8b: Ollama serves it with a context of 4096 tokens; start it with …",
    "prices as of 2026-05-13; yours go into [prices]",
  ]);
});

test("what an endpoint lacks is said with what is done instead", () => {
  expect(capabilityLines(chat)).toEqual([
    "API             Chat Completions",
    "function calls  yes",
    "freeform tools  no: patches go through a function",
    "effort          no: none is asked for",
    "token counts    no: they are estimated",
    "context         4096 tokens",
  ]);
});
