import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Methods, ParamsOf, SlashCommand, Thread } from "@heddle/protocol";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesWith } from "./support/attacks/box/survivors.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const command = [process.execPath, at("packages/cli/bin/heddle.js")];
const hasNeovim = spawnSync("nvim", ["--version"]).status === 0;
if (!hasNeovim) console.warn("neovim is not installed: its example is not tested");

type Answered = (result: { data: SlashCommand[] }) => void;

interface TurnStart {
  readonly method: "turn/start";
  readonly params: ParamsOf<Methods, "turn/start">;
}

interface VsCodeClient {
  readonly followThreads: (
    command: readonly string[],
    changed: (threads: ReadonlyMap<string, Thread>) => void,
  ) => { dispose(): void; call(method: string, params: object, done: Answered): void };
  readonly callOf: (word: SlashCommand, threadId: string, text: string) => TurnStart;
  readonly tellingWords: (words: readonly SlashCommand[]) => readonly SlashCommand[];
  readonly statusOf: (threads: ReadonlyMap<string, Thread>) => string;
}

let daemon: TestDaemon;
let asking: TestThread;
beforeAll(async () => {
  daemon = await startTestDaemon();
  const { thread } = await daemon.project();
  asking = await thread({ title: "rename\u001b[31m it", policy: "ask" });
  await asking.send('[[run cmd="echo hello"]]');
  await asking.pending();
});
afterAll(() => daemon[Symbol.asyncDispose]());

test.skipIf(!hasNeovim)(
  "Neovim says what needs somebody, and shows no control characters",
  async () => {
    const script = `
      vim.opt.runtimepath:append(${JSON.stringify(at("examples/neovim"))})
      local said
      vim.notify = function(text) said = text end
      local heddle = require("heddle")
      heddle.setup({ command = vim.json.decode([=[${JSON.stringify(command)}]=]) })
      vim.wait(20000, function() return said and heddle.status() ~= "" end)
      local offered
      vim.ui.select = function(items, options) offered = options.format_item(items[1]) end
      vim.cmd("Heddle")
      io.stdout:write(vim.json.encode({ heddle.status(), said, offered }))
      vim.cmd("qa!")`;
    const args = [
      "--headless",
      "-u",
      "NONE",
      "-i",
      "NONE",
      "-c",
      "lua load(vim.env.SCRIPT)()",
      "-c",
      "cq",
    ];
    const env = { ...daemon.env, SCRIPT: script };
    // It would read a standard input that is not a terminal as a file.
    const { stdout } = await execa("nvim", args, { env, stdin: "ignore", timeout: 60_000 });
    expect(JSON.parse(stdout)).toEqual([
      "1 needs you",
      "heddle: rename^[[31m it needs you",
      "rename^[[31m it (waitingForApproval)",
    ]);
  },
);

test("the VS Code client follows the threads, and nothing of it is left when it is disposed of", async () => {
  const { followThreads, statusOf } = createRequire(import.meta.url)(
    "../examples/vscode/threads.js",
  ) as VsCodeClient;
  let status = "";
  const following = followThreads(started(), (threads) => {
    status = statusOf(threads);
  });
  await expect.poll(() => status).toBe("1 needs you");

  const { id, hash } = await asking.pending();
  const client = await daemon.client();
  await client.call("approval/resolve", { approvalId: id, hash, answer: { type: "decline" } });
  await expect.poll(() => status).not.toContain("needs you");

  expect(bridges()).toHaveLength(1);
  following.dispose();
  await expect.poll(bridges).toEqual([]);
});

test("the VS Code client tells a thread something by a word that the daemon lists", async () => {
  const { callOf, followThreads, tellingWords } = createRequire(import.meta.url)(
    "../examples/vscode/threads.js",
  ) as VsCodeClient;
  const { promise: listed, resolve } = Promise.withResolvers<readonly SlashCommand[]>();
  const following = followThreads(started(), () => {
    following.call("slash/list", {}, ({ data }) => resolve(tellingWords(data)));
  });
  const words = await listed;
  following.dispose();
  expect(words.map(({ name }) => name)).toEqual(["plan", "steer", "document"]);
  const [plan] = words;
  if (plan === undefined) throw new Error("no word is listed");
  const { method, params } = callOf(plan, asking.id, "look at it");
  const client = await daemon.client();
  expect(await client.call(method, params)).toMatchObject({ threadId: asking.id, mode: "plan" });
});

test("the VS Code client waits where Heddle cannot be started", async () => {
  const { followThreads } = createRequire(import.meta.url)(
    "../examples/vscode/threads.js",
  ) as VsCodeClient;
  const told: number[] = [];
  const following = followThreads(["/none/such"], ({ size }) => void told.push(size));
  await expect.poll(() => told).toEqual([0]);
  following.dispose();
});

/** How an editor starts the client: with the environment that it has. */
function started(): string[] {
  const variables = Object.entries(daemon.env).map(([name, value]) => `${name}=${value}`);
  return ["/usr/bin/env", "-i", ...variables, ...command];
}

/** The clients of this daemon that were started for an editor. */
function bridges(): number[] {
  const environmentOf = (pid: number) => readFileSync(`/proc/${pid}/environ`, "utf8");
  const home = `HEDDLE_HOME=${daemon.env.HEDDLE_HOME}\0`;
  return processesWith("heddle.js rpc --stdio").filter((pid) => environmentOf(pid).includes(home));
}
