import { join } from "node:path";
import { afterAll, expect, test, vi } from "vitest";
import { limits } from "./limits.ts";
import { finish, makeSandboxFixture } from "./sandbox-fixture.test.support.ts";
import { Watchdog } from "./watchdog.ts";

const MiB = 1024 * 1024;
const memoryBytes = 160 * MiB;
const fixture = makeSandboxFixture();
const cwd = fixture.checkout.worktree;
const runtimeDir = join(fixture.root, "small");
const sandbox = fixture.create({ memoryBytes, runtimeDir });
afterAll(() => fixture[Symbol.dispose]());

const open = () =>
  sandbox.open({ checkout: fixture.checkout, access: "rw", readable: [], env: {} });
const holding = (mb: number) =>
  `node -e 'const b = Buffer.alloc(${mb} << 20, 1); setTimeout(() => b, 60_000)'`;
const outOfMemory = { exitCode: undefined, reason: "memoryLimit", limit: memoryBytes, output: "" };

test("a command that uses too much memory is ended with its box", async () => {
  await using box = await open();
  expect(await finish(box, cwd, holding(400))).toEqual(outOfMemory);
  expect(box.lost).toBe(true);
});

test("processes that are small each are ended where they use too much together", async () => {
  await using box = await open();
  const cmd = `${`${holding(60)} & `.repeat(4)} wait`;
  expect(await finish(box, cwd, cmd)).toEqual(outOfMemory);
});

test("memory that processes share counts once", async () => {
  await using box = await open();
  const quick = "node -e 'setTimeout(() => {}, 300)'";
  const cmd = `${`${quick} & `.repeat(4)} wait; echo fine`;
  expect(await finish(box, cwd, cmd)).toMatchObject({ exitCode: 0, output: "fine\n" });
});

test("what a command left behind is watched, too", async () => {
  await using box = await open();
  await finish(box, cwd, `setsid nohup ${holding(400)} >/dev/null 2>&1 & disown`);
  const waiting = await finish(box, cwd, "sleep 60");
  expect(waiting).toMatchObject({ reason: "memoryLimit" });
});

test("a fork bomb ends its box, as root too", async () => {
  await using box = await fixture.open();
  const { reason, limit } = await finish(box, cwd, "bomb() { bomb | bomb & }; bomb; sleep 60");
  expect({ reason, limit }).toEqual({ reason: "processLimit", limit: limits.watchedProcesses });
});

test("memory that belongs to no process is bounded, too", async () => {
  await using box = await open();
  const cmd = `head -c 300M /dev/zero 2>/dev/null >/dev/shm/file; stat -c %s /dev/shm/file
    echo x 2>/dev/null >/dev/file || echo refused
    ipcmk -M 100000000 2>&1 | grep -o 'not permitted'; ipcmk -M 65536 >/dev/null && echo small`;
  expect((await finish(box, cwd, cmd)).output).toBe(
    `${limits.sharedMemoryBytes}\nrefused\nnot permitted\nsmall\n`,
  );
});

test("a box is looked at while something runs in it, and not after", () => {
  vi.useFakeTimers();
  try {
    let looks = 0;
    using watchdog = new Watchdog({
      measure: () => ({ tasks: ++looks < 3 ? 5 : 2, bytes: 0 }),
      memoryBytes,
      busy: () => false,
      onExcess: () => {},
    });
    watchdog.wake();
    vi.advanceTimersByTime(60_000);
    expect(looks).toBe(3);
  } finally {
    vi.useRealTimers();
  }
});
