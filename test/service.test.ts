import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { held, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";

const cli = fileURLToPath(new URL("../packages/cli/", import.meta.url));
const modules = fileURLToPath(new URL("../node_modules", import.meta.url));

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function heddle(args: readonly string[], from = cli): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const command = [join(from, "bin", "heddle.js"), ...args];
  const env = { ...daemon.env, XDG_RUNTIME_DIR: daemon.root };
  const child = execFile(process.execPath, command, { env }, (_error, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

/** The command line as it would be after an upgrade. */
function upgraded(): string {
  const target = join(daemon.root, "cli");
  mkdirSync(target);
  cpSync(join(cli, "bin"), join(target, "bin"), { recursive: true });
  cpSync(join(cli, "dist"), join(target, "dist"), { recursive: true });
  symlinkSync(modules, join(target, "node_modules"));
  const description = JSON.parse(readFileSync(join(cli, "package.json"), "utf8"));
  const text = JSON.stringify({ ...description, version: "99.0.0" });
  writeFileSync(join(target, "package.json"), text);
  return target;
}

test("where no systemd serves the user, install says what happens without it, and writes nothing", async () => {
  const { code, stderr } = await heddle(["service", "install"]);
  expect(code).toBe(69);
  expect(stderr).toMatch(
    /^heddle: (there is no systemd here|systemd runs nothing for this user here)/m,
  );
  expect(stderr).toContain("each command starts the daemon when it needs it");
  expect(readdirSync(join(daemon.root, "home"))).toEqual([".ssh"]);
  const status = await heddle(["service", "status", "--json"]);
  expect(status.code).toBe(69);
  expect(JSON.parse(status.stdout)).toMatchObject({ installed: false, running: false });
  expect(await heddle(["service", "uninstall"])).toMatchObject({ code: 0 });
  await expect((await daemon.client()).call("daemon/status", {})).resolves.toMatchObject({
    pid: daemon.pid,
  });
});

test("doctor has a row for the service and one for the length of the socket's path", async () => {
  const { stdout } = await heddle(["doctor", "--json"]);
  const { findings } = JSON.parse(stdout) as { findings: { name: string; ok: boolean }[] };
  const rows = findings.filter(({ name }) => ["service", "socket"].includes(name));
  expect(rows.map(({ name, ok }) => [name, ok])).toEqual([
    ["socket", true],
    ["service", true],
  ]);
});

test("a newer command line says that the daemon is older, and when to restart it", async () => {
  const newer = upgraded();
  const idle = await heddle(["status", "--json"], newer);
  expect(idle).toMatchObject({ code: 0 });
  expect(idle.stderr).toMatch(
    /^heddle: the daemon is \S+, older than this command line \(99\.0\.0\); it is idle, and `heddle daemon restart`/,
  );
  const project = await daemon.project();
  const thread = await project.thread();
  const turn = await thread.send(steps(held));
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("held")));
  const busy = await heddle(["status", "--json"], newer);
  expect(busy.stderr).toContain("once it is idle (1 at work)");
  expect((await heddle(["status", "--json"])).stderr).toBe("");
  await heddle(["interrupt", thread.id]);
  await thread.ended(turn.id);
});
