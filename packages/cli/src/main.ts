import { CommanderError } from "commander";
import { exitCodes } from "./exit.ts";
import { makeProgram } from "./program.ts";

process.stdout.on("error", endQuietly);
process.stderr.on("error", endQuietly);
await main(argvOf(process.argv.slice(2)));

/** Alone in a terminal, the program attaches. */
function argvOf(given: readonly string[]): readonly string[] {
  const { stdin, stdout, stderr } = process;
  return given.length === 0 && stdin.isTTY && stdout.isTTY && stderr.isTTY ? ["attach"] : given;
}

async function main(argv: readonly string[]): Promise<void> {
  try {
    const program = await makeProgram(argv);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = await codeOf(error);
  }
}

async function codeOf(error: unknown): Promise<number> {
  // Commander has said what was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  const { report } = await import("./report.ts");
  const { text, exitCode } = report(error);
  process.stderr.write(text);
  return exitCode;
}

/** A reader that went away, such as `head`, has what it wanted. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
}
