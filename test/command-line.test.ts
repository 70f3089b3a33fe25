import { type ChildProcess, execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { held, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const done: Step = { text: "done" };

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program against the daemon of this file; `begun` may act on it while it runs. */
function heddle(args: readonly string[], begun?: (child: ChildProcess) => void): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(
    process.execPath,
    [program, ...args],
    { env: daemon.env },
    (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
  );
  begun?.(child);
  return promise;
}

test("Ctrl+C in a terminal that follows a thread leaves it, and its turn goes on for the others", async () => {
  const thread = await project.thread();
  const turn = await thread.send(steps(held, done));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
  const { code, stderr } = await heddle(["attach", thread.id, "--no-input"], (child) => {
    child.stderr?.once("data", () => void thread.send("[[say n=1]]"));
    // What is shown of this has come while it follows.
    child.stdout?.on("data", (text) => void (/\[\[say/.test(text) && child.kill("SIGINT")));
  });
  expect(code).toBe(130);
  expect(stderr).toContain(`heddle attach ${thread.id.slice(-8)}`);
  expect(stderr).toContain(`heddle interrupt ${thread.id.slice(-8)}`);
  const states = (await thread.read()).turns.map(({ state }) => state);
  expect(states).toEqual(["dispatching", "queued"]);
  expect(await heddle(["interrupt", thread.id])).toMatchObject({ code: 0 });
  expect(await thread.ended(turn.id)).toMatchObject({ state: "interrupted" });
});

test("what waits in a thread is listed, taken out, or told at once", async () => {
  const thread = await project.thread();
  const running = await thread.send(steps(held, done));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
  const { stdout: sent } = await heddle(["send", thread.id, "wait for this"]);
  const listed = await heddle(["queue", thread.id]);
  expect(listed.stdout).toContain("wait for this");
  expect(listed.stdout.split("\n").filter((line) => line.includes("queued"))).toHaveLength(1);
  const taken = await heddle(["queue", thread.id, "--cancel", sent.trim().slice(-8)]);
  expect(taken).toMatchObject({ code: 0 });
  expect(await thread.ended(sent.trim() as never)).toMatchObject({ state: "interrupted" });

  const steered = await heddle(["send", thread.id, "--steer", "look here"]);
  expect(steered).toMatchObject({ code: 0, stdout: `${running.id}\n` });
  await heddle(["interrupt", thread.id]);
  await thread.ended(running.id);
  const { stdout } = await heddle(["threads"]);
  const line = stdout.split("\n").find((row) => row.startsWith(thread.id.slice(-8)));
  expect(line).toMatch(/ {2}interrupted {2}/);
});

test("an interrupt of a thread in which nothing runs fails, and says so", async () => {
  const thread = await project.thread();
  await thread.ready();
  // Any part of the id that only one thread has will do.
  const { code, stderr } = await heddle(["interrupt", thread.id.slice(-20, -2)]);
  expect(code).toBe(1);
  expect(stderr).toContain("nothing to interrupt");
});

test("a role is given to a model, and the models are listed with it", async () => {
  const used = await heddle(["models", "use", "fast", "local/quick", "--effort", "low"]);
  expect(used).toMatchObject({ code: 0, stdout: "" });
  expect(used.stderr).toContain(
    `fast is local/quick, effort low; written into ${daemon.paths.config}`,
  );
  const { stdout } = await heddle(["models"]);
  expect(stdout).toMatch(/^MODEL +ROLES /);
  expect(stdout).toMatch(/^local\/scripted +main, review /m);
  expect(stdout).toMatch(/^local\/quick +fast \(low\), cheap \(low\) /m);
  const probed = await heddle(["models", "probe", "local/scripted"]);
  expect(probed.stdout).toMatch(/^API +Responses\nfunction calls +yes\nfreeform tools +yes\n/);
  expect((await heddle(["models", "use", "slow", "local/quick"])).code).toBe(2);
});
