import { type DaemonStatus, ThreadId } from "@heddle/protocol";
import { expect, test } from "vitest";
import { statusText } from "./status-text.ts";

const threadId = ThreadId.parse("thr_01990000-0000-7000-8000-0000000000a1");

const status: DaemonStatus = {
  version: "1.0.0",
  protocolVersion: 1,
  pid: 7,
  startedAt: 0,
  socket: "/run/h.sock",
  configPath: "/etc/h.toml",
  statePath: "/var/h",
  mainModel: "local/m",
  projects: 1,
  threads: {},
  unverified: 0,
  approvals: 0,
  memoryBytes: 1,
  today: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
  contexts: [{ threadId, title: "One", tokens: 20, limit: 200 }],
  budgets: [],
  preset: "workspace",
  policy: ["Never run 'git push'.", "Ask before deleting files."],
  mcp: { servers: 2, waiting: 1 },
  automations: { next: [{ name: "tests", at: Date.UTC(2026, 0, 1, 9) }], unread: 3 },
  box: { state: "tight", detail: "" },
  storage: {
    state: "ok",
    freeBytes: 1,
    advice: null,
    lastBackupAt: null,
    backupFailure: null,
    restoration: null,
  },
};

test("contexts, rules, servers, what comes next and the inbox are rows of their own", () => {
  const rows = statusText(status, 0).split("\n");
  expect(rows).toEqual(
    expect.arrayContaining([
      "context   about 20 of 200 tokens (10 %)  000000a1 One",
      "policy    Never run 'git push'.",
      "          Ask before deleting files.",
      "mcp       2 servers; 1 tool not approved, see `heddle mcp list`",
      expect.stringMatching(/^next {6}Thu, 01\/01\/2026, .* {2}tests$/),
      "inbox     3 findings not read",
    ]),
  );
});

test("where there is nothing, the row says so", () => {
  const none = {
    contexts: [],
    policy: [],
    mcp: { servers: 0, waiting: 0 },
    automations: { next: [], unread: 0 },
  };
  expect(statusText({ ...status, ...none }, 0).split("\n")).toEqual(
    expect.arrayContaining([
      "threads   none",
      "context   none",
      "today     0 tokens in, 0 out, no cost known",
      "budget    none",
      "preset    workspace, unless a thread has another",
      "policy    no rule stands: the preset decides",
      "mcp       none",
      "next      no automation has a time",
      "inbox     nothing that is not read",
    ]),
  );
});
