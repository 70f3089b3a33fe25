import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig, splitModel, writeRole } from "./config.ts";

const directory = mkdtempSync(join(tmpdir(), "heddle-config-"));
const path = join(directory, "config.toml");
afterAll(() => rmSync(directory, { recursive: true }));

function read(text: string, env: NodeJS.ProcessEnv = {}): ReturnType<typeof readConfig> {
  writeFileSync(path, text);
  return readConfig(path, env);
}

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof DaemonError && error.kind === "invalidConfig") return error.message;
    throw error;
  }
  return "nothing was refused";
}

describe("a configuration", () => {
  test("that is missing means the defaults, with OpenAI by its own variables", () => {
    const env = { OPENAI_BASE_URL: "http://127.0.0.1:9/v1" };
    expect(readConfig(join(directory, "none.toml"), env)).toEqual({
      providers: {
        openai: { base_url: "http://127.0.0.1:9/v1", api_key_env: "OPENAI_API_KEY" },
      },
      roles: {
        main: { model: "openai/gpt-5.3-codex" },
        fast: { model: "openai/gpt-5.3-codex-spark" },
        cheap: { model: "openai/gpt-5.3-codex-spark" },
        review: { model: "openai/gpt-5.3-codex" },
      },
      editTools: {},
      prices: {},
      budgets: { turn: {}, thread: {}, day: {} },
      contextTokens: 128_000,
      allowRoot: false,
      maxCommands: 4,
      memoryBytes: 4096 * 1024 * 1024,
      maxRunningTurns: 8,
      approvalDeadlineMs: 7 * 24 * 3_600_000,
      allowPrivate: [],
      mcpTimes: { startMs: 30_000, callMs: 300_000 },
      backupEveryMs: 3_600_000,
    });
  });

  test("adds its providers to the default one", () => {
    const config = read(`[providers.local]
base_url = "http://127.0.0.1:11434/v1"
[models]
main = "local/gpt/oss:20b"
[sandbox]
allow_root = true
max_commands = 2
[threads]
max_running = 1
[approvals]
deadline_hours = 0.5`);
    expect(config).toMatchObject({
      providers: { openai: {}, local: { base_url: "http://127.0.0.1:11434/v1" } },
      roles: { main: { model: "local/gpt/oss:20b" }, fast: { model: "local/gpt/oss:20b" } },
      allowRoot: true,
      maxCommands: 2,
      memoryBytes: 4096 * 1024 * 1024,
      maxRunningTurns: 1,
      approvalDeadlineMs: 1_800_000,
    });
  });

  test("gives roles to models, with an effort and with prices of the user's own", () => {
    const config = read(`[models]
main = { model = "ollama/qwen3:8b", effort = "high" }
fast = "lmstudio/small"
[edit_tools]
qwen3 = "apply_patch"
[prices."ollama/qwen3:8b"]
input = 1
output = 2`);
    expect(config).toMatchObject({
      roles: {
        main: { model: "ollama/qwen3:8b", effort: "high" },
        fast: { model: "lmstudio/small" },
        cheap: { model: "lmstudio/small" },
        review: { model: "ollama/qwen3:8b", effort: "high" },
      },
      editTools: { qwen3: "apply_patch" },
      prices: { "ollama/qwen3:8b": { input: 1, cachedInput: 1, output: 2 } },
    });
  });

  test("asks nobody what OpenAI's own address can do", () => {
    expect(read("").providers).toMatchObject({ openai: { wire_api: "responses" } });
  });

  test("lets root run boxes when the environment says so", () => {
    expect(read("", { HEDDLE_ALLOW_ROOT: "1" }).allowRoot).toBe(true);
    expect(read("", { HEDDLE_ALLOW_ROOT: "yes" }).allowRoot).toBe(false);
  });
});

describe("a mistake in the configuration is named with file, line and key", () => {
  test.each([
    ["no TOML", '[models]\nmain = "open', /:2: /],
    ["an unknown table", "[models]\n[colours]\nred = 1", /:2: colours: /],
    ["an unknown key", '\n[models]\nmian = "a/b"', /:3: models\.mian: /],
    ["a wrong type", "[threads]\nmax_running = true", /:2: threads\.max_running: /],
    ["a number out of range", "[threads]\n\nmax_running = 0", /:3: threads\.max_running: /],
    [
      "an address that is no URL",
      '[providers.x]\nbase_url = "localhost"',
      /:2: providers\.x\.base_url: expected an http or https URL/,
    ],
    ["a missing address", '[providers.x]\napi_key_env = "K"', /:1: providers\.x\.base_url: /],
    [
      "two sources of a key",
      '[providers.x]\nbase_url = "http://h/v1"\napi_key_env = "K"\napi_key_file = "f"',
      /:1: providers\.x: set only one of/,
    ],
    [
      "another wire API",
      '[providers.x]\nbase_url = "http://h/v1"\nwire_api = "soap"',
      /:3: providers\.x\.wire_api: /,
    ],
    [
      "a private host without a port",
      '[network]\nallow_private = ["mirror.corp"]',
      /:2: network\.allow_private\.0: expected host:port instead of mirror\.corp/,
    ],
    [
      "a model without a provider",
      '[models]\nmain = "gpt"',
      /:2: models\.main: expected "provider\/model"/,
    ],
    [
      "a model of no provider",
      '[models]\nmain = "far/gpt"',
      /:2: no provider far; there are openai/,
    ],
  ])("%s", (_, text, expected) => {
    const message = refusal(text);
    expect(message.startsWith(`${path}:`)).toBe(true);
    expect(message).toMatch(expected);
  });

  test("several mistakes are named together", () => {
    const lines = refusal("[threads]\nmax_running = 0\n[sandbox]\nmax_commands = 0").split("\n");
    expect(lines).toEqual([
      expect.stringContaining(":4: sandbox.max_commands"),
      expect.stringContaining(":2: threads.max_running"),
    ]);
  });

  test("a file that cannot be read is named", () => {
    expect(() => readConfig(directory, {})).toThrow(`cannot read ${directory}`);
  });
});

test("a model's own name may hold slashes", () => {
  expect(splitModel("local/org/model")).toEqual({ provider: "local", model: "org/model" });
});

describe("a role that is written into the file", () => {
  const write = (text: string, effort?: "low") => {
    writeFileSync(path, text);
    return writeRole(
      path,
      {},
      { role: "fast", model: "ollama/qwen3:8b", ...(effort && { effort }) },
    );
  };

  test("is in force as if it had been read, and leaves the rest as it is", () => {
    const text = '# mine\n[models]\nmain = "openai/gpt-5.3-codex" # the best\n';
    expect(write(text, "low")).toMatchObject({
      main: { model: "openai/gpt-5.3-codex" },
      fast: { model: "ollama/qwen3:8b", effort: "low" },
    });
    const line = 'fast = { model = "ollama/qwen3:8b", effort = "low" }\n';
    expect(readFileSync(path, "utf8")).toBe(text.replace("main", `${line}main`));
  });

  test("makes the file where there was none", () => {
    rmSync(path);
    writeRole(path, {}, { role: "main", model: "ollama/a" });
    expect(readFileSync(path, "utf8")).toBe('[models]\nmain = "ollama/a"\n');
  });

  test("is refused where that cannot be done safely, with what to write", () => {
    const text = 'models = { main = "openai/gpt-5.3-codex" }\n';
    expect(() => write(text)).toThrow(/set fast = "ollama\/qwen3:8b" in \[models\] yourself/);
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});
