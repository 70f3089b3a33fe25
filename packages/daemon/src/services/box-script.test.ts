import { afterAll, expect, test } from "vitest";
import { makeSandboxFixture } from "../sandbox/sandbox-fixture.test.support.ts";
import { runScript } from "./box-script.ts";

const fixture = makeSandboxFixture();
afterAll(() => fixture[Symbol.dispose]());

const script = {
  cwd: fixture.checkout.worktree,
  timeoutMs: 15_000,
  signal: new AbortController().signal,
};

test("of a long output exactly the last bytes are kept", async () => {
  await using box = await fixture.open();
  const whole = `${Array.from({ length: 50_000 }, (_, at) => at + 1).join("\n")}\n`;
  for (const tailBytes of [7, 100_000, whole.length, whole.length + 1]) {
    const { output, exitCode } = await runScript(box, {
      ...script,
      command: "seq 50000; exit 3",
      tailBytes,
    });
    expect(exitCode).toBe(3);
    expect(output === whole.slice(-tailBytes)).toBe(true);
  }
});

test("a command that is out of time did not come to its own end", async () => {
  await using box = await fixture.open();
  const ended = await runScript(box, { ...script, command: "echo here; sleep 60", timeoutMs: 300 });
  expect(ended).toMatchObject({ exitCode: null, output: "here\n" });
});
