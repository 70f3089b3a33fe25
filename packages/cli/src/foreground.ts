import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";

/** Runs one of our own programs here until it ends, and ends as it did. */
export async function runInForeground(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { stdio: "inherit" });
  // The terminal signals the whole group; what comes by name is passed on.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
}
