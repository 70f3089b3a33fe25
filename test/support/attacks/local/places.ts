import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Attack, Ground } from "../attack.ts";
import { bystanderIsServed } from "./bystander.ts";

const isRoot = process.getuid?.() === 0;
const notApplicable = "not applicable: only root can act as another user";
const nobody = 65_534;

/** What another user's process gets: the code of each error, or that it was let in. */
const intruder = `
const { createConnection } = require("node:net");
const { readdirSync, readFileSync } = require("node:fs");
const [open, socket, ...places] = process.argv.slice(1);
const dial = (path) => new Promise((resolve) => {
  const connection = createConnection(path);
  connection.on("error", ({ code }) => resolve(code));
  connection.on("connect", () => resolve("in"));
});
const look = (read, path) => { try { read(path); return "in"; } catch ({ code }) { return code; } };
(async () => {
  const found = [await dial(open), await dial(socket)];
  for (const place of places) found.push(look(readdirSync, place), look(readFileSync, place));
  console.log(JSON.stringify(found));
  process.exit(0);
})();
`;

async function anotherUser(ground: Ground): Promise<string> {
  if (!isRoot) return notApplicable;
  const daemon = await ground.daemon();
  // Only the daemon's own directories are to keep others out, not those around them.
  const around = [daemon.root, join(daemon.root, "h")];
  for (const directory of around) chmodSync(directory, 0o755);
  const open = join(daemon.root, "open");
  const control = createServer((connection) => connection.end()).listen(open);
  await once(control, "listening");
  chmodSync(open, 0o777);
  const { socket, runtime, state, log } = daemon.paths;
  const child = spawn(process.execPath, ["-e", intruder, open, socket, runtime, state, log], {
    ...{ uid: nobody, gid: nobody, cwd: "/", env: {} },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = (await once(child.stdout, "data")) as [Buffer];
  control.close();
  for (const directory of around) chmodSync(directory, 0o700);
  const [let_in, ...others] = JSON.parse(String(output)) as string[];
  assert.equal(let_in, "in", "the other user's process does not work, so nothing would be proven");
  assert.deepEqual(new Set(others), new Set(["EACCES"]));
  await bystanderIsServed(daemon);
  return "EACCES for the socket, its directory, the state and the log";
}

/** Plants something where the socket will be; the daemon has to start, and leave the rest alone. */
function planted(plant: (path: string, outside: string) => void) {
  return async (): Promise<string> => {
    await using daemon = await startTestDaemon();
    await daemon.stop();
    const outside = join(daemon.root, "outside");
    writeFileSync(outside, "precious", { mode: 0o644 });
    rmSync(daemon.paths.socket, { force: true });
    plant(daemon.paths.socket, outside);
    await daemon.restart();
    assert.ok(statSync(daemon.paths.socket).isSocket());
    assert.equal(statSync(daemon.paths.socket).mode & 0o777, 0o600);
    assert.equal(readFileSync(outside, "utf8"), "precious");
    assert.equal(statSync(outside).mode & 0o777, 0o644, "the mode of another file was changed");
    await bystanderIsServed(daemon);
    return "it is replaced by the daemon's own, and nothing else is touched";
  };
}

/** A socket on which somebody else listens, to be taken for the daemon's. */
async function plantedSocket(): Promise<string> {
  await using daemon = await startTestDaemon();
  await daemon.stop();
  let heard = "";
  const foreign = createServer((connection) => {
    connection
      .on("error", () => {})
      .on("data", (chunk) => {
        heard += String(chunk);
      });
  }).listen(daemon.paths.socket);
  await once(foreign, "listening");
  const { code, stderr } = await daemon.another().exited;
  assert.equal(code, 75, stderr);
  assert.match(stderr, /another program listens at .*heddle\.sock/);
  assert.equal(heard, "", "the foreign program was told something");
  foreign.close();
  await once(foreign, "close");
  await daemon.restart();
  await bystanderIsServed(daemon);
  return "the daemon refuses to start beside it, and tells it nothing";
}

/** Makes the runtime directory into something; the daemon has to refuse to start in it. */
function refusedRuntime(spoil: (runtime: string, daemon: TestDaemon) => void) {
  return async (): Promise<string> => {
    await using daemon = await startTestDaemon();
    await daemon.stop();
    const { runtime } = daemon.paths;
    rmSync(runtime, { recursive: true });
    spoil(runtime, daemon);
    const { code, stderr } = await daemon.another().exited;
    assert.equal(code, 78, stderr);
    assert.match(stderr, /remove it|set HEDDLE_HOME/);
    rmSync(runtime, { recursive: true });
    await daemon.restart();
    return "the daemon refuses to start, and says what to do";
  };
}

const linkedRuntime = refusedRuntime((runtime, { root }) => {
  const elsewhere = join(root, "elsewhere");
  mkdirSync(elsewhere, { mode: 0o700 });
  symlinkSync(elsewhere, runtime);
});

const foreignRuntime = refusedRuntime((runtime) => {
  mkdirSync(runtime, { mode: 0o777 });
  chownSync(runtime, nobody, nobody);
});

async function openRuntime(): Promise<string> {
  await using daemon = await startTestDaemon();
  await daemon.stop();
  chmodSync(daemon.paths.runtime, 0o777);
  await daemon.restart();
  assert.equal(statSync(daemon.paths.runtime).mode & 0o777, 0o700);
  return "it is closed before the socket is made";
}

export const placeAttacks: readonly Attack[] = [
  { name: "another user at the socket and in its directory", run: anotherUser },
  { name: "a foreign socket in the socket's place", run: plantedSocket, slow: true },
  {
    name: "a symlink in the socket's place",
    run: planted((path, outside) => symlinkSync(outside, path)),
    slow: true,
  },
  {
    name: "a pipe in the socket's place",
    run: planted((path) => void execFileSync("mkfifo", [path])),
    slow: true,
  },
  {
    name: "a file in the socket's place",
    run: planted((path) => writeFileSync(path, "not a socket")),
    slow: true,
  },
  { name: "a runtime directory that is a symlink", run: linkedRuntime, slow: true },
  {
    name: "a runtime directory of another user",
    run: () => (isRoot ? foreignRuntime() : Promise.resolve(notApplicable)),
    slow: true,
  },
  { name: "a runtime directory that others may write", run: openRuntime, slow: true },
];
