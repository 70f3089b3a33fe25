import type { Box } from "../sandbox/types.ts";

/** What is kept of a command's output, unless more is asked for. */
const usualTail = 16 * 1024;

export interface ScriptResult {
  /** Null where it did not come to its own end. */
  readonly exitCode: number | null;
  readonly wallMs: number;
  /** The last of it. */
  readonly output: string;
}

export interface Script {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly tailBytes?: number;
}

/** Runs one of the project's own commands in a box, to its end; throws when it is aborted. */
export async function runScript(
  box: Box,
  { command, cwd, timeoutMs, signal, tailBytes = usualTail }: Script,
): Promise<ScriptResult> {
  const startedAt = performance.now();
  const process = await box.run({ cmd: command, cwd, tty: false, timeoutMs, signal });
  const kill = () => process.kill();
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  const tail = new Tail(tailBytes);
  process.onOutput((chunk) => tail.add(chunk));
  const { exitCode, reason } = await process.exited;
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  const wallMs = Math.round(performance.now() - startedAt);
  const ended = reason === "exited" ? (exitCode ?? null) : null;
  return { exitCode: ended, wallMs, output: tail.text() };
}

/** The last bytes of a stream, in the chunks that they came in. */
class Tail {
  readonly #keep: number;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    for (let first = this.#chunks[0]; first; first = this.#chunks[0]) {
      if (this.#bytes - first.length < this.#keep) return;
      this.#chunks.shift();
      this.#bytes -= first.length;
    }
  }

  text(): string {
    return Buffer.concat(this.#chunks).subarray(-this.#keep).toString("utf8");
  }
}
