import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { readConfig, splitModel } from "./config.ts";

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
        openai: {
          base_url: "http://127.0.0.1:9/v1",
          api_key_env: "OPENAI_API_KEY",
          wire_api: "responses",
        },
      },
      budgets: { turn: {}, thread: {}, day: {} },
      contextTokens: 128_000,
      mainModel: "openai/gpt-5.3-codex",
      allowRoot: false,
      maxCommands: 4,
      memoryBytes: 4096 * 1024 * 1024,
      maxRunningTurns: 8,
      approvalDeadlineMs: 7 * 24 * 3_600_000,
      allowPrivate: [],
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
      mainModel: "local/gpt/oss:20b",
      allowRoot: true,
      maxCommands: 2,
      memoryBytes: 4096 * 1024 * 1024,
      maxRunningTurns: 1,
      approvalDeadlineMs: 1_800_000,
    });
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
      '[providers.x]\nbase_url = "http://h/v1"\nwire_api = "chat"',
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
