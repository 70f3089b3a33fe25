import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processStart } from "../os/processes.ts";
import { endLeftBoxes, firstProcessFile } from "./left-boxes.ts";

let dir: string;
let first: ChildProcess;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "heddle-left-"));
  first = spawn("sleep", ["60"]);
});
afterEach(() => {
  first.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

/** What a daemon of that id leaves behind when it is killed. */
function leave(owner: number, start: string | undefined): void {
  const box = join(dir, `io-${owner}-x`);
  mkdirSync(box);
  writeFileSync(join(box, firstProcessFile), `${first.pid} ${start}`);
}

const ended = () => spawnSync("true").pid;
const startOfFirst = () => processStart(first.pid ?? 0);

test("a box that still dies is waited for, and has ended then", async () => {
  leave(ended(), startOfFirst());
  const exit = once(first, "exit");
  await endLeftBoxes(dir);
  expect(startOfFirst()).toBeUndefined();
  expect(await exit).toEqual([null, "SIGKILL"]);
});

test("a process that merely has the id of such a box is left alone", async () => {
  leave(ended(), "1");
  await endLeftBoxes(dir);
  expect(startOfFirst()).toBeDefined();
});

test("so is the box of a daemon that runs", async () => {
  leave(process.pid, startOfFirst());
  await endLeftBoxes(dir);
  expect(startOfFirst()).toBeDefined();
});

test("where there is no directory, there is no box", async () => {
  await expect(endLeftBoxes(join(dir, "none"))).resolves.toBeUndefined();
});
