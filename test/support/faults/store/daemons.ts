import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { connect } from "@heddle/protocol/node";
import type { DaemonProcess, Exit } from "../../daemon-process.ts";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Fault } from "../fault.ts";

const refusedCode = 75;

export const twoDaemons: Fault = {
  name: "two daemons at once",
  promise: "one wins; the other exits with 75 and names the winner's pid and socket",
  count: 100,
  shortCount: 2,
  run: async ({ count }) => {
    const figures = { races: count, firstWon: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon();
    await daemon.kill9();
    for (let race = 0; race < count; race += 1) {
      const racers = [daemon.another(), daemon.another()] as const;
      const { winner, exit } = await raceOf(racers);
      const alive = await winner.ready(daemon.paths.socket).then(
        () => true,
        (error: Error) => void broken.push(`race ${race}: nobody won: ${error.message}`),
      );
      if (!alive) continue;
      if (winner === racers[0]) figures.firstWon += 1;
      const answering = await pidAt(daemon.paths.socket);
      const expected = `heddle: another daemon is running (pid ${winner.pid}, at ${daemon.paths.socket}); stop it`;
      if (answering !== winner.pid) broken.push(`race ${race}: ${answering} answers`);
      if (exit.code !== refusedCode || !exit.stderr.startsWith(expected)) {
        broken.push(`race ${race}: the loser ended with ${exit.code}: ${exit.stderr}`);
      }
      await winner.kill("SIGKILL");
    }
    return { figures, broken };
  },
};

/** The first one to end has lost. */
async function raceOf([one, two]: readonly [DaemonProcess, DaemonProcess]): Promise<{
  winner: DaemonProcess;
  exit: Exit;
}> {
  return await Promise.race([
    one.exited.then((exit) => ({ winner: two, exit })),
    two.exited.then((exit) => ({ winner: one, exit })),
  ]);
}

async function pidAt(socketPath: string): Promise<number> {
  const client = { name: "race", kind: "script" } as const;
  using connected = await connect({ socketPath, client, reconnectForMs: 0 });
  return (await connected.call("daemon/status", {})).pid;
}

/** Puts something at the socket's path; `victim` must be as it was afterwards. */
type Plant = (path: string, victim: string) => void;

const plants: Readonly<Record<string, Plant>> = {
  "what the killed daemon left": () => {},
  "a link to a file": (path, victim) => symlinkSync(victim, path),
  "a link to nothing": (path) => symlinkSync(`${path}-nowhere`, path),
  "a file": (path) => writeFileSync(path, "in the way"),
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
};

export const staleSocket: Fault = {
  name: "a stale socket",
  promise: "it is removed under the lock, and only it; a socket at which somebody listens stays",
  count: 100,
  shortCount: 2,
  run: async ({ count, random }) => {
    const kinds = Object.entries(plants);
    const figures = { restarts: count, foreign: 0 };
    const broken: string[] = [];
    await using daemon = await startTestDaemon();
    const { socket } = daemon.paths;
    const victim = join(daemon.root, "victim");
    writeFileSync(victim, "precious");
    for (let restart = 0; restart < count; restart += 1) {
      await daemon.kill9();
      const [name, plant] = kinds[Math.floor(random() * kinds.length)] ?? ["", () => {}];
      if (name !== "what the killed daemon left") rmSync(socket);
      plant(socket, victim);
      await daemon.restart();
      const { mode } = lstatSync(socket);
      if ((await pidAt(socket)) !== daemon.pid) broken.push(`${name}: another one answers`);
      if ((mode & 0o077) !== 0) broken.push(`${name}: others may use the socket`);
      if (readFileSync(victim, "utf8") !== "precious") broken.push(`${name}: it was followed`);
    }
    await daemon.kill9();
    broken.push(...(await foreignSocketStays(daemon)));
    figures.foreign += 1;
    await daemon.restart();
    return { figures, broken };
  },
};

/** Another program's socket is left alone, and it goes on answering there. */
async function foreignSocketStays(daemon: TestDaemon): Promise<string[]> {
  const { socket } = daemon.paths;
  mkdirSync(dirname(socket), { recursive: true });
  rmSync(socket, { force: true });
  const foreign = createServer((connection) => void connection.end()).listen(socket);
  await once(foreign, "listening");
  const taken = once(foreign, "connection");
  const { code, stderr } = await daemon.another().exited;
  await taken;
  const stays = lstatSync(socket, { throwIfNoEntry: false })?.isSocket() === true;
  foreign.close();
  const refused = code === refusedCode && /another program listens at/.test(stderr);
  return [
    ...(refused ? [] : [`beside a foreign socket a daemon ended with ${code}: ${stderr}`]),
    ...(stays ? [] : ["the foreign socket was removed"]),
  ];
}
