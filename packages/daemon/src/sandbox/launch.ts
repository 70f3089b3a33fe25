import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { ShortProgram } from "../os/launcher.ts";
import { seccompFd, statusFd } from "./argv.ts";
import type { Runtime } from "./runtime.ts";

/** Where bubblewrap finds the arguments that are not on its command line. */
export const argsFd = 5;

/** A box for one program that ends by itself, in the same terms as `launch`. */
export function shortBox(runtime: Runtime, argv: readonly string[]): ShortProgram {
  const files = { [seccompFd]: runtime.seccompFile };
  return { argv: [runtime.bwrap, ...argv], cwd: "/", files, reportFd: statusFd };
}

/**
 * Starts bubblewrap with pipes for its standard streams and its status. Its own environment is
 * empty, because the first process of a box shows it to the box. The filter is opened anew, because
 * a descriptor that has been read once stands at its end. Arguments may stand in a file, which keeps
 * them out of the list of processes.
 */
export function launch(runtime: Runtime, argv: readonly string[], argsFile?: string): ChildProcess {
  const files: number[] = [];
  const open = (path: string) => {
    const fd = openSync(path, "r");
    files.push(fd);
    return fd;
  };
  try {
    const seccomp = open(runtime.seccompFile);
    const args = argsFile === undefined ? [] : [open(argsFile)];
    const stdio: StdioOptions = ["pipe", "pipe", "pipe", seccomp, "pipe", ...args];
    return spawn(runtime.bwrap, argv, { env: {}, cwd: "/", stdio });
  } finally {
    for (const fd of files) closeSync(fd);
  }
}

export interface BoxStatus {
  /** The first process of the box, which takes all others with it. */
  readonly childPid?: number;
  /** Present only when the command was really started. */
  readonly exitCode?: number;
}

/** Reads what bubblewrap has written to its status descriptor so far. */
export function parseStatus(text: string): BoxStatus {
  const childPid = /"child-pid":\s*([1-9]\d*)/.exec(text)?.[1];
  const exitCode = /"exit-code":\s*(\d+)/.exec(text)?.[1];
  return {
    ...(childPid === undefined ? {} : { childPid: Number(childPid) }),
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
  };
}
