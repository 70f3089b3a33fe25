import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { processStart } from "../os/processes.ts";
import { endLeftBoxes, filterFile, firstProcessFile, halfOpenBoxes } from "./left-boxes.ts";

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

describe("a box that was opening when its daemon was killed", () => {
  /** A process of bubblewrap's name that has been given the filter of a directory. */
  async function opening(filter: string): Promise<ChildProcess> {
    const program = join(mkdtempSync(join(dir, "bin-")), "bwrap");
    copyFileSync("/bin/sleep", program);
    const fd = openSync(filter, "w");
    const child = spawn(program, ["60"], { stdio: ["ignore", "ignore", "ignore", fd] });
    closeSync(fd);
    await once(child, "spawn");
    return child;
  }

  test("is known by the filter that it holds, also where that was replaced, and by its age", async () => {
    const filter = join(dir, filterFile);
    const left = await opening(filter);
    rmSync(filter);
    const other = await opening(join(dir, "other.bpf"));
    const start = processStart(left.pid ?? 0);
    try {
      expect(halfOpenBoxes(dir, "99999999999")).toEqual([{ pid: left.pid, start }]);
      expect(halfOpenBoxes(dir, start)).toEqual([]);
    } finally {
      for (const child of [left, other]) child.kill("SIGKILL");
    }
  });
});

test("where there is no directory, there is no box", async () => {
  await expect(endLeftBoxes(join(dir, "none"))).resolves.toBeUndefined();
});
