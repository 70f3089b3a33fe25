import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DaemonStatus } from "@heddle/protocol";
import { type HeddleClient, heddlePaths } from "@heddle/protocol/node";
import { daemonCommand } from "../commands/daemon.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { readScript, type ScriptedModel, startModel } from "./model.ts";
import { makeRepository } from "./repository.ts";
import type { DemoScript } from "./script.ts";

export interface StageOptions {
  /** Where everything is made; else a temporary directory. */
  readonly directory?: string | undefined;
  /** Starts the model so that it can outlive this process. */
  readonly keep: boolean;
}

/**
 * All that the demo works on: a directory with a repository, a scripted model and a daemon. Disposing
 * it takes everything away, unless `leave` was called.
 */
export interface Stage extends AsyncDisposable {
  readonly directory: string;
  readonly home: string;
  readonly repository: string;
  readonly script: DemoScript;
  readonly model: ScriptedModel;
  readonly daemon: HeddleClient;
  readonly status: DaemonStatus;
  readonly asRoot: boolean;
  /** Stops the daemon; returns whether it ended by itself and in order. */
  stopDaemon(): Promise<boolean>;
  /** Leaves everything as it is, and what runs running. */
  leave(): void;
}

/** Sets everything up. What was made is taken away again when it is disposed, or when this fails. */
export async function openStage({ directory, keep }: StageOptions): Promise<Stage> {
  await using made = new AsyncDisposableStack();
  const place = await makeDirectory(directory);
  made.defer(() => place.remove());
  const home = join(place.path, "home");
  const repository = join(place.path, "shortlinks");
  await Promise.all([mkdir(home, { mode: 0o700 }), mkdir(repository)]);

  const model = made.use(await startModel(join(home, "model.log"), keep));
  const script = await readScript(model);
  await makeRepository(repository, script.files);
  await writeFile(join(home, "config.toml"), configFor(model));

  const asRoot = isolate(home);
  const daemon = await openDaemon();
  const status = await daemon.call("daemon/status", {});
  let running = true;
  made.defer(() => (running ? endDaemon(status.pid) : undefined));
  made.use(daemon);
  const owned = made.move();
  return {
    ...{ directory: place.path, home, repository, script, model, daemon, status, asRoot },
    stopDaemon: async () => {
      await stop();
      running = false;
      return await endedInOrder();
    },
    leave: () => {
      daemon.close();
      // What is moved there, nobody disposes.
      owned.move();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function makeDirectory(given: string | undefined) {
  if (given === undefined) {
    const path = await mkdtemp(join(tmpdir(), "heddle-demo-"));
    return { path, remove: () => rm(path, { recursive: true, force: true }) };
  }
  const path = resolve(given);
  const wasMade = (await mkdir(path, { recursive: true })) !== undefined;
  if ((await readdir(path)).length > 0) throw usageError(`${path} is not empty`);
  const remove = async () => {
    const names = wasMade ? [path] : (await readdir(path)).map((name) => join(path, name));
    for (const name of names) await rm(name, { recursive: true, force: true });
  };
  return { path, remove };
}

function configFor({ url, label }: ScriptedModel): string {
  return `# Made by \`heddle demo\`: a ${label}.
[providers.demo]
base_url = "${url}"

[models]
main = "demo/scripted"

[edit_tools]
scripted = "apply_patch"
`;
}

/**
 * Points this process, and the daemon that it starts as for any user, at the demo's own directory.
 * No key is handed on. Returns whether the demo runs as root.
 */
function isolate(home: string): boolean {
  process.env.HEDDLE_HOME = home;
  delete process.env.OPENAI_API_KEY;
  delete process.env.OPENAI_BASE_URL;
  const asRoot = process.getuid?.() === 0;
  if (asRoot) process.env.HEDDLE_ALLOW_ROOT = "1";
  return asRoot;
}

async function stop(): Promise<void> {
  await daemonCommand().parseAsync(["stop"], { from: "user" });
}

/** The last line of a daemon's log is written when all of it has been put away. */
async function endedInOrder(): Promise<boolean> {
  const log = await readFile(heddlePaths().log, "utf8");
  const last = JSON.parse(log.trimEnd().split("\n").at(-1) ?? "{}") as { message?: string };
  return last.message === "stopped";
}

/** Makes sure that the daemon does not outlive its directory. */
async function endDaemon(pid: number): Promise<void> {
  try {
    await stop();
  } catch (error) {
    process.kill(pid, "SIGKILL");
    throw new CliError(exitCodes.failed, `the daemon did not stop: ${(error as Error).message}`);
  }
}
