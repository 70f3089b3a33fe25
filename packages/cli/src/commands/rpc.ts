import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import type { Methods, ParamsOf } from "@heddle/protocol";
import { type HeddlePaths, heddlePaths, openFrames, socketOf } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { findDaemon } from "../daemon/find.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { print, printJson } from "../terminal/output.ts";

type Method = keyof Methods & string;

interface Options {
  readonly stdio?: boolean;
  readonly start: boolean;
}

export function rpcCommand(): Command {
  return command("rpc")
    .description("Call a method of the protocol, or speak it by lines (docs/protocol.md).")
    .argument("[method]", "such as thread/list")
    .argument("[params]", "its params as JSON", "{}")
    .option("--stdio", "each line of stdin is a frame to the daemon, each frame from it a line")
    .option("--no-start", "with --stdio: do not start a daemon where none runs")
    .action(async (method: string | undefined, params: string, { stdio, start }: Options) => {
      const paths = heddlePaths();
      if (stdio) return await bridge(paths, start);
      if (method === undefined) throw usageError("no method is named", "heddle rpc thread/list");
      const parsed = parse(params) as ParamsOf<Methods, Method>;
      using daemon = await openDaemon(paths);
      // The daemon knows which methods there are, and what they take.
      printJson(await daemon.call(method as Method, parsed));
    });
}

function parse(params: string): unknown {
  try {
    return JSON.parse(params);
  } catch (error) {
    throw usageError(`the params are no JSON: ${(error as Error).message}`);
  }
}

/** By which a call and its answer belong together; undefined where there is none. */
function idOf(frame: string): unknown {
  try {
    return (JSON.parse(frame) as { id?: unknown } | null)?.id;
  } catch {
    return undefined;
  }
}

/** The first line has to be `initialize`, as of any client. */
async function bridge(paths: HeddlePaths, start: boolean): Promise<void> {
  const daemon = start ? await openDaemon(paths) : await findDaemon(paths);
  if (daemon === undefined) throw new CliError(exitCodes.unavailable, "no daemon is running");
  daemon.close();
  const waiting = new Set<unknown>();
  const answered = new EventEmitter();
  const frames = await openFrames(socketOf(paths), (frame) => {
    print(frame);
    if (waiting.delete(idOf(frame)) && waiting.size === 0) answered.emit("all");
  });
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    if (line.trim() === "") return;
    const id = idOf(line);
    if (id !== undefined) waiting.add(id);
    frames.send(line);
  });
  const ended = once(lines, "close").then(async () => {
    if (waiting.size > 0) await once(answered, "all");
  });
  const lost = frames.closed.then(() => true);
  const isLost = await Promise.race([lost, ended.then(() => false)]);
  lines.close();
  await frames.close();
  if (isLost) process.exitCode = exitCodes.unavailable;
  process.stdin.destroy();
}
