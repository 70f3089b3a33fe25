import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Actor, DaemonError, type Project, type ProjectSettings } from "@heddle/protocol";
import { connect, type HeddleClient, type HeddlePaths, heddlePaths } from "@heddle/protocol/node";
import type { ScriptedRequest } from "../../packages/daemon/src/scripted-model/request.ts";
import {
  type ScriptedModel,
  type ScriptedModelOptions,
  startScriptedModel,
} from "../../packages/daemon/src/scripted-model/server.ts";
import { DaemonProcess, type Exit } from "./daemon-process.ts";
import { makeRepository, type Repository, temporaryDirectory } from "./repository.ts";
import { TestThread, type ThreadOptions } from "./test-thread.ts";

export interface TestDaemonOptions {
  /** Lines after the provider's; `main` is set already. */
  readonly config?: string;
  /** Lines of the provider's own table, such as `api_key_env`. */
  readonly provider?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly model?: ScriptedModelOptions;
  /** A command around the daemon's, which it ends by replacing itself with. */
  readonly wrap?: readonly string[];
}

/** So long a daemon that was killed may take to come back. */
const returnsWithinMs = 60_000;

/** A project over a repository that was made for it. */
export interface TestProject {
  readonly repository: Repository;
  readonly project: Project;
  thread(options?: ThreadOptions): Promise<TestThread>;
}

/** A daemon in a process of its own, with a scripted model and a home directory of its own. */
export class TestDaemon implements AsyncDisposable {
  readonly root: string;
  readonly paths: HeddlePaths;
  readonly model: ScriptedModel;
  readonly env: NodeJS.ProcessEnv;
  readonly #owned = new AsyncDisposableStack();
  #process: DaemonProcess;
  #client: Promise<HeddleClient> | undefined;
  readonly #wrap: readonly string[];

  private constructor(
    root: string,
    model: ScriptedModel,
    env: NodeJS.ProcessEnv,
    wrap: readonly string[] = [],
  ) {
    this.root = root;
    this.model = model;
    this.env = env;
    this.paths = heddlePaths(env);
    this.#wrap = wrap;
    this.#process = new DaemonProcess(env, wrap);
  }

  static async start(options: TestDaemonOptions = {}): Promise<TestDaemon> {
    const root = temporaryDirectory("t");
    const model = await startScriptedModel(options.model);
    const env = environment(root, options.env);
    mkdirSync(env.HEDDLE_HOME ?? "", { mode: 0o700 });
    mkdirSync(join(root, "home", ".ssh"), { recursive: true, mode: 0o700 });
    writeFileSync(join(root, "home", ".ssh", "id"), "a private key\n", { mode: 0o600 });
    writeFileSync(heddlePaths(env).config, configFile(model.url, options));
    const daemon = new TestDaemon(root, model, env, options.wrap);
    try {
      await daemon.#process.ready(daemon.paths.socket);
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
    return daemon;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The connection that helpers use, made at the first need. */
  client(): Promise<HeddleClient> {
    this.#client ??= this.connect("test");
    return this.#client;
  }

  /** A daemon that is killed before it has answered is waited for like one that is lost later. */
  async connect(name: string, kind: Actor["kind"] = "script"): Promise<HeddleClient> {
    const socketPath = this.paths.socket;
    const client = { name, kind };
    const until = performance.now() + returnsWithinMs;
    for (;;) {
      try {
        const options = { socketPath, client, reconnectForMs: returnsWithinMs };
        return this.#owned.use(await connect(options));
      } catch (error) {
        const away = error instanceof DaemonError && error.kind === "disconnected";
        if (!away || performance.now() > until) throw error;
        await delay(25);
      }
    }
  }

  /** Adds a new repository as a project, granted for writing. */
  async project(
    files?: Readonly<Record<string, string>>,
    settings: ProjectSettings = {},
  ): Promise<TestProject> {
    const repository = this.#owned.use(makeRepository(files));
    const client = await this.client();
    const project = await client.call("project/add", {
      path: repository.path,
      access: "rw",
      settings,
    });
    const thread = (options: ThreadOptions = {}) => this.thread(project, options);
    return { repository, project, thread };
  }

  async thread(project: Project, options: ThreadOptions = {}): Promise<TestThread> {
    const { client = await this.client() } = options;
    return this.#owned.use(await TestThread.start(client, project.id, options));
  }

  /** What the model was sent on behalf of one thread; other threads may ask at the same time. */
  requestsOf({ id }: TestThread): readonly ScriptedRequest[] {
    return this.model.requests().filter(({ cacheKey }) => cacheKey === id);
  }

  log(): string {
    return readFileSync(this.paths.log, "utf8");
  }

  async kill9(): Promise<Exit> {
    return await this.#process.kill("SIGKILL");
  }

  async stop(): Promise<Exit> {
    return await this.#process.kill("SIGTERM");
  }

  /** Another process on the same home, for daemons that are expected to refuse. */
  another(env: NodeJS.ProcessEnv = {}): DaemonProcess {
    return new DaemonProcess({ ...this.env, ...env }, this.#wrap);
  }

  /** Starts the daemon again, after it was stopped or killed. */
  async restart(env: NodeJS.ProcessEnv = {}): Promise<void> {
    this.#process = this.another(env);
    await this.#process.ready(this.paths.socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
    await this.stop();
    await this.model[Symbol.asyncDispose]();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function startTestDaemon(options: TestDaemonOptions = {}): Promise<TestDaemon> {
  return TestDaemon.start(options);
}

/** Nothing of the user's own environment but the path; root may run boxes here. */
const compileCache = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));

function environment(root: string, extra: TestDaemonOptions["env"]): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: join(root, "home"),
    HEDDLE_HOME: join(root, "h"),
    GIT_CONFIG_NOSYSTEM: "1",
    LC_ALL: "C",
    // Every daemon of a test has a home of its own; what they run is the same.
    NODE_COMPILE_CACHE: compileCache,
    ...(process.getuid?.() === 0 ? { HEDDLE_ALLOW_ROOT: "1" } : {}),
    ...extra,
  };
}

function configFile(url: string, { provider = "", config = "" }: TestDaemonOptions): string {
  return [
    "[providers.local]",
    `base_url = "${url}"`,
    // Taken for granted, so that it is asked nothing but what a test asks.
    'wire_api = "responses"',
    provider,
    "[models]",
    'main = "local/scripted"',
    "[edit_tools]",
    'scripted = "apply_patch"',
    config,
  ].join("\n");
}
