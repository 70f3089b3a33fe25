import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { HeddleClient, HeddlePaths } from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { daemonArguments } from "./entry.ts";
import { lastSentence } from "./last-sentence.ts";

const readyWithinMs = 30_000;
const winnerAnswersWithinMs = 1_000;
const startLogBytes = 1_048_576;

type Find = () => Promise<HeddleClient | undefined>;

/** Starts the daemon as a process of its own, and returns when it answers. */
export async function startDaemon(paths: HeddlePaths, find: Find): Promise<HeddleClient> {
  const until = Date.now() + readyWithinMs;
  const log = startLog(paths);
  while (Date.now() < until) {
    const child = await launch(paths, log.file);
    const answering = await untilAnswering(find, child, until);
    if (answering) return answering;
    // Another daemon held the lock. It answers soon, or it was about to end and a new one can start.
    if (child.exitCode === exitCodes.waiting) continue;
    if (child.exitCode !== null || child.signalCode !== null) throw failedStart(child, log);
    child.kill();
  }
  throw new CliError(
    exitCodes.unavailable,
    `the daemon did not answer at ${paths.socket} within ${readyWithinMs / 1000} s`,
    `its messages are in ${log.file} and ${paths.log}`,
  );
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

async function untilAnswering(find: Find, child: Child, until: number) {
  let giveUpAt = until;
  for (let wait = 5; Date.now() < giveUpAt; wait = Math.min(wait * 1.5, 50)) {
    const client = await find();
    if (client) return client;
    if (child.exitCode === exitCodes.waiting) {
      giveUpAt = Math.min(giveUpAt, Date.now() + winnerAnswersWithinMs);
    } else if (child.exitCode !== null || child.signalCode !== null) {
      return undefined;
    }
    await delay(wait);
  }
  return undefined;
}

function failedStart(child: Child, { file, offset }: StartLog): CliError {
  const said = readFileSync(file).subarray(offset).toString();
  const end = child.signalCode ?? `exit code ${child.exitCode}`;
  const known = child.exitCode === exitCodes.configuration;
  return new CliError(
    known ? exitCodes.configuration : exitCodes.unavailable,
    lastSentence(said) ?? `the daemon ended as it started (${end})`,
    known ? undefined : `the daemon could not start; its messages are in ${file}`,
  );
}
