import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyChanges, type Files } from "../patch.ts";
import { demo, demoChanges } from "./demo.ts";
import { failures } from "./script.ts";

const run = promisify(execFile);
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "heddle-demo-"));
  await git("init", "--quiet", "--initial-branch=main");
  await commit(demo.files, "A URL shortener");
  for (const [task, changes] of demoChanges.entries()) {
    await git("switch", "--quiet", "-c", `task-${task}`, "main");
    await commit(applyChanges(demo.files, changes), `Task ${task}`);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function git(...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Demo", "-c", "user.email=demo@localhost"];
  return (await run("git", [...identity, ...args], { cwd: directory })).stdout.trim();
}

async function commit(files: Files, message: string): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  await git("add", "--all");
  await git("commit", "--quiet", "--message", message);
}

/** The names of the tests that fail in the checkout. */
async function failingTests(): Promise<string[]> {
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
  const args = ["--test", "--test-reporter=tap"];
  const { stdout } = await run(process.execPath, args, { cwd: directory, env }).catch(
    (error: { stdout: string }) => error,
  );
  const failing = [...stdout.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, name = ""]) => name);
  expect(count(stdout)).toBe(failing.length);
  return failing;
}

const count = (output: string): number | undefined =>
  failures({
    prompt: "",
    args: {},
    tools: [],
    responses: [],
    results: [{ callId: "call_1", tool: "exec_command", output }],
  });

const slugTest = "the largest random number still picks a letter of the alphabet";

test("the three tasks land without conflict in any order, and the result is the same", async () => {
  const trees = new Set<string>();
  for (const order of orders) {
    await git("switch", "--quiet", "--detach", "main");
    for (const task of order) await git("cherry-pick", `task-${task}`);
    trees.add(await git("rev-parse", "HEAD^{tree}"));
  }
  expect(trees.size).toBe(1);
});

test.each([
  { tasks: [], failing: [slugTest] },
  { tasks: [0], failing: [] },
  { tasks: [0, 1], failing: [] },
  { tasks: [0, 2], failing: [] },
  { tasks: [1, 2], failing: [slugTest] },
  { tasks: [0, 1, 2], failing: [] },
])("with the tasks $tasks landed these tests fail: $failing", async ({ tasks, failing }) => {
  await git("switch", "--quiet", "--detach", "main");
  for (const task of tasks) await git("cherry-pick", `task-${task}`);
  expect(await failingTests()).toEqual(failing);
});
