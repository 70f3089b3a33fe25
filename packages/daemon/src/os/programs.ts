export interface ProgramResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
}

/** Loaded at its first use: an idle daemon has no need of it. */
const load = () => import("execa");

/** Runs one of the system's programs; one that is missing or fails has no exit code, or its own. */
export async function runProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  const { execa } = await load();
  const { exitCode, stdout } = await execa(file, args, { reject: false, env });
  return { exitCode, stdout: stdout ?? "" };
}

/** Runs a command of the user's own configuration by the shell, outside every box. */
export async function runShell(command: string, timeoutMs: number): Promise<ProgramResult> {
  const { execa } = await load();
  const options = { shell: true, reject: false, timeout: timeoutMs } as const;
  const { exitCode, stdout } = await execa(command, options);
  return { exitCode, stdout: stdout ?? "" };
}
