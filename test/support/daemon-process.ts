import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, watch } from "node:fs";
import { createConnection } from "node:net";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const daemon = fileURLToPath(new URL("../../packages/daemon/", import.meta.url));
const source = ["--conditions=@heddle/source", `${daemon}src/main.ts`];
const built = [`${daemon}dist/bundle/main.js`];

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** One process of the real daemon: from its source, or as built with HEDDLE_BUILD=1. */
export class DaemonProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<Exit>;

  /** With `wrap`, a command that ends by replacing itself with the one behind it. */
  constructor(env: NodeJS.ProcessEnv, wrap: readonly string[] = []) {
    const own = process.env.HEDDLE_BUILD === "1" ? built : source;
    const [program = "", ...args] = [...wrap, process.execPath, ...own];
    this.#child = spawn(program, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    this.#child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    this.exited = once(this.#child, "close").then(([code, signal]) => ({ code, signal, stderr }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async kill(signal: NodeJS.Signals): Promise<Exit> {
    this.#child.kill(signal);
    return await this.exited;
  }

  /** Settles once the socket takes connections; rejects when the daemon ends instead. */
  async ready(socket: string): Promise<void> {
    const directory = dirname(socket);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const attempt = () => void answers(socket).then(resolve, () => {});
    using _ = closing(watch(directory, attempt));
    attempt();
    const failed = this.exited.then(({ code, stderr }) => {
      throw new Error(`the daemon ended with ${code}: ${stderr}`);
    });
    await Promise.race([promise, failed]);
  }
}

async function answers(socket: string): Promise<void> {
  const connection = createConnection(socket);
  try {
    await once(connection, "connect");
  } finally {
    connection.destroy();
  }
}

function closing(watcher: { close(): void }): Disposable {
  return { [Symbol.dispose]: () => watcher.close() };
}
