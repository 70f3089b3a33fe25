import type { Box } from "../sandbox/types.ts";

/** What is kept of a command's output. */
const tailLimit = 16 * 1024;

export interface ScriptResult {
  readonly exitCode: number | null;
  readonly wallMs: number;
  /** The last 16 KiB. */
  readonly output: string;
}

export interface Script {
  readonly command: string;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Runs one of the project's own commands in a box, to its end; throws when it is aborted. */
export async function runScript(
  box: Box,
  { command, cwd, timeoutMs, signal }: Script,
): Promise<ScriptResult> {
  const startedAt = performance.now();
  const process = await box.run({ cmd: command, cwd, tty: false, timeoutMs, signal });
  const kill = () => process.kill();
  signal.addEventListener("abort", kill, { once: true });
  if (signal.aborted) kill();
  let tail = Buffer.alloc(0);
  process.onOutput((chunk) => {
    tail = Buffer.concat([tail, chunk]).subarray(-tailLimit);
  });
  const { exitCode } = await process.exited;
  signal.removeEventListener("abort", kill);
  signal.throwIfAborted();
  const wallMs = Math.round(performance.now() - startedAt);
  return { exitCode: exitCode ?? null, wallMs, output: tail.toString("utf8") };
}
