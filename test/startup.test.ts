import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DaemonProcess } from "./support/daemon-process.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** Starts a daemon of the same environment that is expected to refuse, and returns how it did. */
async function refused(env: NodeJS.ProcessEnv): ReturnType<DaemonProcess["kill"]> {
  return await daemon.another(env).exited;
}

/** A second home with a configuration of its own. */
function homeWith(config: string, name: string): { HEDDLE_HOME: string; path: string } {
  const home = join(daemon.root, name);
  const path = join(home, "config.toml");
  mkdirSync(home);
  writeFileSync(path, config);
  return { HEDDLE_HOME: home, path };
}

describe("a second daemon", () => {
  test("exits with 75 and names the first one's pid and socket, which goes on", async () => {
    expect(await refused({})).toEqual({
      code: 75,
      signal: null,
      stderr: `heddle: another daemon is running (pid ${daemon.pid}, at ${daemon.paths.socket}); stop it with \`heddle daemon stop\`, or set another HEDDLE_HOME\n`,
    });
    using client = await daemon.connect("after");
    expect(await client.call("daemon/status", {})).toMatchObject({ pid: daemon.pid });
  });

  test("with another home runs beside the first", async () => {
    await using second = await startTestDaemon();
    const status = await (await second.client()).call("daemon/status", {});
    expect(status).toMatchObject({
      pid: second.pid,
      socket: second.paths.socket,
      configPath: second.paths.config,
      statePath: second.paths.state,
      mainModel: "local/scripted",
    });
    expect(second.pid).not.toBe(daemon.pid);
  });
});

describe("a daemon that cannot start says why in one sentence, and exits with 78", () => {
  test("when the socket's path is too long", async () => {
    const home = join(daemon.root, "x".repeat(120));
    const { code, stderr } = await refused({ HEDDLE_HOME: home });
    expect(code).toBe(78);
    expect(stderr).toMatch(
      /^heddle: the socket path \S+ has \d+ bytes, the system takes \d+; set a shorter HEDDLE_HOME\n$/,
    );
  });

  test("when the configuration is no TOML: with file and line", async () => {
    const { path, ...env } = homeWith("[models]\nmain = oops\n", "a");
    const { code, stderr } = await refused(env);
    expect(code).toBe(78);
    expect(stderr.startsWith(`heddle: ${path}:2: `)).toBe(true);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("when the configuration has a key that does not exist: with file and line", async () => {
    const { path, ...env } = homeWith("[threads]\n\nmax_runing = 3\n", "b");
    expect(await refused(env)).toMatchObject({
      code: 78,
      stderr: expect.stringContaining(`heddle: ${path}:3: threads.max_runing: `),
    });
  });

  test("when the place for the socket is taken by a file", async () => {
    const { path: _, ...env } = homeWith("", "c");
    writeFileSync(join(env.HEDDLE_HOME, "run"), "in the way");
    expect(await refused(env)).toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/^heddle: \S+\/run is not a directory; remove it/),
    });
  });
});
