import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statfsSync,
  statSync,
  truncateSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import {
  type HeddleClient,
  type HeddlePaths,
  isAlive,
  isOwnSocket,
  readHolder,
} from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { isInstalled, serviceManager } from "../service/service.ts";
import { daemonArguments } from "./entry.ts";
import { lastSentence } from "./last-sentence.ts";

const readyWithinMs = 30_000;
/** How long a daemon that holds the lock may take to begin answering, or to end. */
const holderSettlesWithinMs = 10_000;
const startLogBytes = 1_048_576;

type Find = () => Promise<HeddleClient | undefined>;

/** Starts the daemon as a process of its own, and returns when it answers. */
export async function startDaemon(paths: HeddlePaths, find: Find): Promise<HeddleClient> {
  const until = performance.now() + readyWithinMs;
  const supervised = await startService(find);
  if (supervised) return supervised;
  const log = startLog(paths);
  while (performance.now() < until) {
    const child = await launch(paths, log.file);
    const running = () => child.exitCode === null && child.signalCode === null;
    const answering = await untilAnswering(find, running, until);
    if (answering) return answering;
    if (running()) child.kill();
    else if (child.exitCode !== exitCodes.waiting) throw failedStart(child, log);
    // Another daemon held the lock. It answers soon, or it was about to end and a new one can start.
    const other = await untilSettled(paths, find);
    if (other) return other;
  }
  throw new CliError(
    exitCodes.unavailable,
    `the daemon did not answer at ${paths.socket} within ${readyWithinMs / 1000} s`,
    `its messages are in ${log.file} and ${paths.log}`,
  );
}

/** What its service manager cannot start is started here, which tells why. */
async function startService(find: Find): Promise<HeddleClient | undefined> {
  if (!isInstalled() || !(await serviceManager().start())) return undefined;
  const until = performance.now() + holderSettlesWithinMs;
  return await untilAnswering(find, () => true, until);
}

interface StartLog {
  readonly file: string;
  /** Where this start's messages begin. */
  readonly offset: number;
}

function startLog(paths: HeddlePaths): StartLog {
  const file = join(paths.state, "start.log");
  try {
    mkdirSync(paths.state, { recursive: true, mode: 0o700 });
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < startLogBytes) return { file, offset: size };
    truncateSync(file);
  } catch (error) {
    const { message } = error as Error;
    throw new CliError(exitCodes.configuration, `${paths.state} cannot be written: ${message}`);
  }
  return { file, offset: 0 };
}

type Child = Awaited<ReturnType<typeof launch>>;

async function launch(paths: HeddlePaths, log: string) {
  const stderr = openSync(log, "a", 0o600);
  // The state directory as cwd: a daemon must not hold the directory where it was first needed.
  const child = spawn(process.execPath, daemonArguments(), {
    cwd: paths.state,
    env: absoluteHome(),
    detached: true,
    stdio: ["ignore", "ignore", stderr],
  });
  await once(child, "spawn");
  child.unref();
  return child;
}

/** A relative home would be another one from the daemon's own directory. */
function absoluteHome(): NodeJS.ProcessEnv {
  const { HEDDLE_HOME } = process.env;
  return HEDDLE_HOME ? { ...process.env, HEDDLE_HOME: resolve(HEDDLE_HOME) } : process.env;
}

async function untilAnswering(find: Find, goesOn: () => boolean, until: number) {
  for (let wait = 5; performance.now() < until; wait = Math.min(wait * 1.5, 50)) {
    const client = await find();
    if (client || !goesOn()) return client;
    await delay(wait);
  }
  return undefined;
}

/** Returns when whoever holds the lock answers, or has ended; throws if neither comes to pass. */
async function untilSettled(paths: HeddlePaths, find: Find): Promise<HeddleClient | undefined> {
  const holder = readHolder(paths.holder);
  if (holder === undefined) return undefined;
  const foreign = existsSync(holder.socket) && !isOwnSocket(holder.socket);
  const until = performance.now() + (foreign ? 0 : holderSettlesWithinMs);
  const client = await untilAnswering(find, () => isAlive(holder.pid), until);
  if (client || !isAlive(holder.pid)) return client;
  throw new CliError(
    exitCodes.waiting,
    `the daemon of ${paths.state} (pid ${holder.pid}, at ${holder.socket}) does not answer`,
    "it may be starting or ending; stop it by its pid if it stays like this",
  );
}

function failedStart(child: Child, { file, offset }: StartLog): CliError {
  const said = readFileSync(file).subarray(offset).toString();
  const end = child.signalCode ?? `exit code ${child.exitCode}`;
  const known = child.exitCode === exitCodes.configuration;
  return new CliError(
    known ? exitCodes.configuration : exitCodes.unavailable,
    lastSentence(said) ?? `the daemon ended as it started (${end})${diskHint(file)}`,
    known ? undefined : `the daemon could not start; its messages are in ${file}`,
  );
}

/** What a full disk has kept the daemon from saying itself. */
function diskHint(file: string): string {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < startLogBytes ? "; its disk is full: free some space" : "";
}
