import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runShort } from "../os/launcher.ts";
import { unavailable } from "./unavailable.ts";

/** Few at first, because the first command waits for them. */
const firstBatch = 8;
const laterBatch = 32;
/** When so few pipes are left, the next batch is made beside the commands. */
const reserve = 4;

/** The files of one command in the directory that the daemon shares with a box. */
export interface CommandFiles {
  readonly id: number;
  readonly request: string;
  readonly input: string;
  readonly output: string;
}

/**
 * Named pipes and requests for the commands of a box. The daemon alone makes and removes them: the
 * box sees the directory read-only, so nothing in it can be forged or replaced by a link.
 */
export class IoDirectory implements AsyncDisposable {
  readonly path: string;
  #next = 1;
  #made = 0;
  #making: Promise<void> = Promise.resolve();
  readonly #kept = new AsyncDisposableStack();

  private constructor(path: string) {
    this.path = path;
  }

  static async create(parent: string): Promise<IoDirectory> {
    const path = await mkdtemp(join(await realpath(parent), `io-${process.pid}-`));
    return new IoDirectory(path);
  }

  async write(name: string, content: string): Promise<string> {
    const path = join(this.path, name);
    await writeFile(path, content, { flag: "wx", mode: 0o600 });
    return path;
  }

  async take(fields: readonly string[]): Promise<CommandFiles> {
    const id = this.#next++;
    if (id > this.#made) this.#more();
    await this.#making;
    if (id === this.#made - reserve) this.warm();
    const files = this.#files(id);
    await this.write(`${id}.cmd`, fields.map((field) => `${field}\0`).join(""));
    return files;
  }

  /** Makes the next pipes ahead of their use, all by one child process. */
  #more(): void {
    const length = this.#made === 0 ? firstBatch : laterBatch;
    const ids = Array.from({ length }, (_, index) => this.#made + index + 1);
    this.#made += length;
    const paths = ids.map((id) => this.#files(id)).flatMap(({ input, output }) => [input, output]);
    this.#making = makePipes(paths);
  }

  /** Starts making pipes, so that the first command finds them. */
  warm(): void {
    this.#more();
    this.#making.catch(() => {});
  }

  async drop({ request, input, output }: CommandFiles): Promise<void> {
    await Promise.all([request, input, output].map((path) => rm(path, { force: true })));
  }

  /** Ends something with the directory that it needs. */
  keep(resource: AsyncDisposable): void {
    this.#kept.use(resource);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kept.disposeAsync();
    await this.#making.catch(() => {});
    await rm(this.path, { recursive: true, force: true });
  }

  #files(id: number): CommandFiles {
    const path = join(this.path, String(id));
    return { id, request: `${path}.cmd`, input: `${path}.in`, output: `${path}.out` };
  }
}

async function makePipes(paths: readonly string[]): Promise<void> {
  const made = await runShort({ argv: ["/usr/bin/mkfifo", "--mode=600", ...paths] });
  if (made.exitCode === 0) return;
  const reason = made.stderr.toString();
  throw unavailable("no pipes can be made for the sandbox: install coreutils", new Error(reason));
}
