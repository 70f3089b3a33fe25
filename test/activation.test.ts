import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { connect, type HeddlePaths, heddlePaths } from "@heddle/protocol/node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { DaemonProcess } from "./support/daemon-process.ts";
import { temporaryDirectory } from "./support/repository.ts";

const activator = "/usr/bin/systemd-socket-activate";
const missing = !existsSync(activator);
if (missing) console.warn(`activation.test.ts is skipped: ${activator} is missing`);

let root: string;
let paths: HeddlePaths;
beforeAll(() => {
  root = temporaryDirectory("activation");
  paths = heddlePaths({ HEDDLE_HOME: root });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** As systemd does it: a socket that somebody else made, and the daemon at the first connection. */
async function activated(socket: string, env: NodeJS.ProcessEnv = {}): Promise<DaemonProcess> {
  const given = { PATH: process.env.PATH, HOME: root, HEDDLE_HOME: root, ...env };
  const passed = Object.entries(given).map(([name, value]) => `-E${name}=${value}`);
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  const daemon = new DaemonProcess(process.env, [activator, ...passed, "-l", socket]);
  await vi.waitUntil(() => isListenedAt(socket), { timeout: 20_000 });
  return daemon;
}

/** The file of a socket is there a moment before anybody listens: proc_net(5) tells the two apart. */
function isListenedAt(socket: string): boolean {
  const sockets = readFileSync("/proc/net/unix", "utf8").split("\n");
  const accepts = "00010000";
  return sockets.some((line) => line.endsWith(` ${socket}`) && line.split(" ")[3] === accepts);
}

/** The other end of NOTIFY_SOCKET, which prints every datagram. */
async function listener(path: string): Promise<{ child: ChildProcess; said: Promise<string> }> {
  const args = ["-EPATH", "--datagram", "-l", path, "sh", "-c", "exec cat <&3"];
  const child = spawn(activator, args, { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  await vi.waitUntil(() => existsSync(path), { timeout: 20_000 });
  return { child, said: once(child, "close").then(() => text) };
}

const client = { name: "test", kind: "script" } as const;

describe.skipIf(missing)("a daemon that is handed a socket", () => {
  let notified: Awaited<ReturnType<typeof listener>>;
  beforeAll(async () => {
    notified = await listener(join(root, "notify"));
  });
  afterAll(() => void notified?.child.kill());

  test("answers who connected before it ran, tells its manager how it is, and leaves the socket", async () => {
    const daemon = await activated(paths.socket, { NOTIFY_SOCKET: join(root, "notify") });
    const { ino } = statSync(paths.socket);
    const { pid } = await asClient(async (one) => await one.call("daemon/status", {}));
    expect(pid).toBe(daemon.pid);
    // Close-on-exec: no command may inherit what clients speak to.
    expect(readFileSync(`/proc/${pid}/fdinfo/3`, "utf8")).toMatch(/^flags:\s*0?2\d{6}$/m);
    expect(statSync(paths.socket).mode & 0o777).toBe(0o600);
    expect(await daemon.kill("SIGTERM")).toMatchObject({ code: 0 });
    expect(statSync(paths.socket).ino).toBe(ino);
    notified.child.kill();
    expect((await notified.said).match(/READY=1|STOPPING=1/g)).toEqual(["READY=1", "STOPPING=1"]);
  });

  test("at another place than its clients look refuses to run, with the mend", async () => {
    const elsewhere = join(root, "else", "s");
    const daemon = await activated(elsewhere);
    await connect({ socketPath: elsewhere, client, reconnectForMs: 0 }).catch(() => {});
    const { code, stderr } = await daemon.exited;
    expect(code).toBe(78);
    expect(stderr).toContain(
      `heddle: the service manager listens at ${elsewhere}, clients look for ${paths.socket}; run \`heddle service install\` again\n`,
    );
  });
});

async function asClient<T>(
  act: (one: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  using one = await connect({ socketPath: paths.socket, client });
  return await act(one);
}
