import { afterAll, beforeAll, test } from "vitest";
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

test("a number of turns that is none is refused with what was expected, and can be mended", async () => {
  await using terminal = await attached(await project.thread());
  terminal.type("/undo x\r");
  await terminal.until(/x is no number of turns; give a whole number from 1 to 100/);
  await terminal.until(({ cursorRow }) => cursorRow === "> /undo x");
});
