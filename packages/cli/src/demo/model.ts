import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { nodeArguments } from "../daemon/entry.ts";
import { CliError, exitCodes } from "../exit.ts";
import type { DemoScript } from "./script.ts";

export interface ScriptedModel extends Disposable {
  readonly pid: number;
  readonly url: string;
  readonly label: string;
}

/** Starts the scripted model as a process of its own; unless `outlives` is set, it ends with this one. */
export async function startModel(log: string, outlives: boolean): Promise<ScriptedModel> {
  const entry = nodeArguments(import.meta.resolve("@heddle/daemon/scripted-model"));
  // A process group of its own: Ctrl+C is for the demo, which then ends it.
  const child = spawn(process.execPath, [...entry, ...(outlives ? [] : ["--exit-with-stdin"])], {
    detached: true,
    stdio: [outlives ? "ignore" : "pipe", "pipe", openSync(log, "a", 0o600)],
  });
  child.on("error", () => {});
  const { stdout } = child;
  const said = stdout && (await firstLine(stdout));
  if (!said || child.pid === undefined) {
    throw new CliError(exitCodes.failed, `the scripted model did not start; see ${log}`);
  }
  stdout.destroy();
  child.unref();
  const { url, label } = JSON.parse(said) as { url: string; label: string };
  return { pid: child.pid, url, label, [Symbol.dispose]: () => void child.kill() };
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  for await (const line of createInterface({ input: stream })) return line;
  return undefined;
}

/** What the scripted model can be asked to do. */
export async function readScript({ url }: ScriptedModel): Promise<DemoScript> {
  const answer = await fetch(new URL("/demo", url));
  if (!answer.ok)
    throw new CliError(exitCodes.failed, `the scripted model answered ${answer.status}`);
  return (await answer.json()) as DemoScript;
}
