import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PhasesDocument } from "../packages/cli/src/demo/phases.ts";
import type { DemoDocument } from "../packages/cli/src/demo/summary.ts";

const heddle = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "heddle-test-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function demo(args: readonly string[], interruptAt?: RegExp): Promise<Ended> {
  const { OPENAI_API_KEY: _, OPENAI_BASE_URL: __, ...env } = process.env;
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(
    process.execPath,
    [heddle, "demo", ...args],
    { env: { ...env, HEDDLE_HOME: join(directory, "own"), TMPDIR: directory } },
    (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
  );
  let waitsFor = interruptAt;
  let said = "";
  child.stderr?.on("data", (text: string) => {
    said += text;
    if (!waitsFor?.test(said)) return;
    waitsFor = undefined;
    child.kill("SIGINT");
  });
  return promise;
}

async function left(): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith("heddle-demo-"));
}

function daemonPid(stderr: string): number {
  return Number(/daemon +pid (\d+)/.exec(stderr)?.[1]);
}

test("the demo lands three threads, finds everything true, and leaves nothing behind", async () => {
  const { code, stdout, stderr } = await demo(["--json"]);
  const document = JSON.parse(stdout) as DemoDocument;
  expect(document.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(document).toMatchObject({ ok: true, model: "scripted model, no AI", kept: null });
  expect(document.checks.length).toBeGreaterThanOrEqual(11);
  expect(
    document.threads.map(({ policy, landing, approvals, turns }) => ({
      policy,
      landing,
      asked: approvals > 0,
      turns,
    })),
  ).toEqual([
    { policy: "workspace", landing: "landed", asked: false, turns: 1 },
    { policy: "ask", landing: "landed", asked: true, turns: 1 },
    { policy: "workspace", landing: "landed", asked: false, turns: 1 },
  ]);
  expect(stderr).toContain("approved by heddle demo, exactly this command: node --test ");
  expect(stderr).not.toContain("\x1b[");
  expect(code).toBe(0);
  expect(await left()).toEqual([]);
  expect(existsSync(join(directory, "own", "state"))).toBe(false);
  expect(() => process.kill(daemonPid(stderr), 0)).toThrow("ESRCH");
});

test("Ctrl+C in the middle ends with 130, and nothing is left running or lying about", async () => {
  const { code, stdout, stderr } = await demo(["--json"], /approved by/);
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(stderr).toContain("interrupted; the demo cleaned up");
  expect(await left()).toEqual([]);
  expect(() => process.kill(daemonPid(stderr), 0)).toThrow("ESRCH");
});

test("a directory that holds something is refused and left alone", async () => {
  const { code, stderr } = await demo(["--dir", directory]);
  expect(code).toBe(2);
  expect(stderr).toContain("is not empty");
  expect(existsSync(directory)).toBe(true);
});

test("the demo of the phases finds that each kept to what it is for", async () => {
  const { code, stdout, stderr } = await demo(["--phases", "--json"]);
  const document = JSON.parse(stdout) as PhasesDocument;
  expect(document.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(document).toMatchObject({ ok: true, landing: { state: "landed" }, kept: null });
  expect(document.checks.length).toBeGreaterThanOrEqual(9);
  expect(stderr).toContain("Read-only file system");
  expect(stderr).toContain("README.md  not in the plan");
  expect(code).toBe(0);
  expect(await left()).toEqual([]);
});
