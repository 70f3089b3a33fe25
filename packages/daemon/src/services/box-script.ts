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
  let tail = Buffer.alloc(0);
  process.onOutput((chunk) => {
    tail = Buffer.concat([tail, chunk]).subarray(-tailBytes);
  });
  const { exitCode, reason } = await process.exited;
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  const wallMs = Math.round(performance.now() - startedAt);
  const ended = reason === "exited" ? (exitCode ?? null) : null;
  return { exitCode: ended, wallMs, output: tail.toString("utf8") };
}
