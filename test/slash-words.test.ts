import { afterAll, beforeAll, expect, test } from "vitest";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

async function attached({ id }: TestThread): Promise<Terminal> {
  const env = { ...daemon.env, LC_ALL: "C.UTF-8" };
  const cwd = project.repository.path;
  const terminal = new Terminal({ args: ["attach", id], cwd, env });
  await terminal.until(/^> ?\n.*implement/m);
  return terminal;
}

test("an editor is told the words, what each calls, and with which params", async () => {
  const client = await daemon.client();
  const { data } = await client.call("slash/list", {});
  expect(data.find(({ name }) => name === "plan")).toEqual({
    name: "plan",
    summary: expect.any(String),
    arguments: [{ name: "task", summary: expect.any(String), required: false, param: "input" }],
    method: "turn/start",
    params: { threadId: "$threadId", mode: "plan" },
    reads: [],
    alone: { method: "plan/show", params: { threadId: "$threadId" } },
    scope: "thread",
  });
});

test("/status tells of the daemon, the thread and what comes by itself, also where there is nothing", async () => {
  const thread = await project.thread({ title: "Told of" });
  await using terminal = await attached(thread);
  terminal.type("/status\r");
  await terminal.until(/^inbox +nothing/m);
  const rows = terminal.everything.split("\n").map((row) => row.trimEnd());
  for (const row of [
    /^daemon +\S+, pid \d+, up /,
    /^projects +1$/,
    /^threads +1 idle$/,
    /^thread +\w+ idle: Told of$/,
    /^model +local\/scripted$/,
    /^context +about 0 of \d+ tokens \(0 %\)$/,
    /^usage +0 requests, 0 tokens in, 0 out, no cost known$/,
    /^budget +none$/,
    /^preset +workspace$/,
    /^policy +no rule stands: the preset decides$/,
    /^mcp +none$/,
    /^box +the worktree is writable; no network$/,
    /^next +no automation has a time$/,
  ]) {
    expect(rows).toContainEqual(expect.stringMatching(row));
  }
  terminal.type("/detach\r");
  expect(await terminal.ended).toBe(0);
});

test("a number of turns that is none is refused with what was expected, and can be mended", async () => {
  await using terminal = await attached(await project.thread());
  terminal.type("/undo x\r");
  await terminal.until(/x is no number of turns; give a whole number from 1 to 100/);
  await terminal.until(({ cursorRow }) => cursorRow === "> /undo x");
});
