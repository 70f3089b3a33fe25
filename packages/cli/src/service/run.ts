import { execFile } from "node:child_process";
import { CliError, exitCodes } from "../exit.ts";

export interface Ran {
  /** Undefined where the program is missing. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(program: string, args: readonly string[]): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const env = { ...process.env, LC_ALL: "C" };
  const child = execFile(program, args, { env }, (error, stdout, stderr) => {
    const missing = (error as NodeJS.ErrnoException | null)?.code === "ENOENT";
    resolve({ code: missing ? undefined : (child.exitCode ?? 1), stdout, stderr });
  });
  return promise;
}

/** As `run`; what fails is thrown with what the program said. */
export async function mustRun(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(program, args);
  if (code === 0) return stdout;
  const said = stderr.trim() || (code === undefined ? "it is not installed" : `exit code ${code}`);
  throw new CliError(exitCodes.failed, `${program} ${args.join(" ")}: ${said}`);
}
