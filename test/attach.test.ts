import { afterAll, beforeAll, expect, test } from "vitest";
import { steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project({ "a.txt": "one\n" });
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Options {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
}

/** The program in a terminal, attached to a thread. */
function attached(thread: TestThread, { args = [], env = {}, ...size }: Options = {}): Terminal {
  const cwd = project.repository.path;
  const all = { ...daemon.env, LC_ALL: "C.UTF-8", ...env };
  return new Terminal({ args: ["attach", thread.id, ...args], cwd, env: all, ...size });
}

test("what is typed is sent, and the answer is appended once, above the composer", async () => {
  const thread = await project.thread({ title: "Say hello" });
  await using terminal = attached(thread);
  await terminal.until(/> *\n.*idle/);
  terminal.type("hello");
  await terminal.until(/^> hello$/m);
  terminal.type(`\x1b[200~${steps({ text: "Here it **is**." })}\x1b[201~\r`);
  await terminal.until(/done/);
  expect(terminal.everything).toBe("");
});
