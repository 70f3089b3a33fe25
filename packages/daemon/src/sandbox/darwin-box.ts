import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { DaemonError } from "@heddle/protocol";
import { Command } from "./command.ts";
import { limitScript } from "./limits.ts";
import { isInside } from "./refuse.ts";
import type { Slots } from "./slots.ts";
import type { Box, BoxCommand, BoxProcess } from "./types.ts";
import { unavailable } from "./unavailable.ts";

const signalNumbers: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15 };
/** A server that a command left behind keeps its output open, so its end is not awaited for ever. */
const lateOutputMs = 100;

export interface DarwinBoxInit {
  /** `sandbox-exec` and its profile. */
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** HOME and TMPDIR of the box, removed with it. */
  readonly scratch: string;
  readonly slots: Slots;
  readonly worktree: string;
  readonly profileHash: string;
}

/** One confined process group a command: macOS has no namespaces that a helper could share. */
export class DarwinBox implements Box {
  readonly profileHash: string;
  readonly #init: DarwinBoxInit;
  readonly #running = new Map<ChildProcess, Command>();
  readonly #groups = new Set<number>();
  readonly #lost = new AbortController();

  constructor(init: DarwinBoxInit) {
    this.#init = init;
    this.profileHash = init.profileHash;
  }

  get lost(): boolean {
    return this.#lost.signal.aborted;
  }

  async run(command: BoxCommand): Promise<BoxProcess> {
    if (!isInside(command.cwd, this.#init.worktree) || command.cwd.includes("..")) {
      throw new DaemonError("outsideWorktree", `${command.cwd} is not in the worktree`);
    }
    const release = await this.#init.slots.acquire(
      command.signal ? AbortSignal.any([this.#lost.signal, command.signal]) : this.#lost.signal,
    );
    const child = this.#spawn(command);
    const open = command.stdin ?? command.tty;
    const started = new Command(
      {
        signal: (name) => killGroup(child.pid, `SIG${name}`),
        background: release,
        hold: (until) => {
          child.stdout?.pause();
          void until.finally(() => child.stdout?.resume());
        },
        stuck: () => killGroup(child.pid, "SIGKILL"),
        ...(open ? { input: (chars: string) => void child.stdin?.write(chars) } : {}),
      },
      command.timeoutMs,
    );
    this.#running.set(child, started);
    if (child.pid !== undefined) this.#groups.add(child.pid);
    child.stdin?.on("error", () => {});
    if (!open) child.stdin?.end();
    child.stdout?.on("data", (chunk: Buffer) => started.push(chunk));
    const end = (settle: () => void) => {
      if (this.#running.delete(child)) release();
      settle();
    };
    child.once("error", () => end(() => started.lose()));
    child.once("exit", (code, signal) => {
      const exitCode = code ?? 128 + (signalNumbers[signal ?? ""] ?? 0);
      const finish = () => end(() => started.finish(exitCode));
      child.once("close", finish);
      setTimeout(finish, lateOutputMs).unref();
    });
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#lost.abort(unavailable("the sandbox of this turn has ended: start another turn"));
    for (const group of this.#groups) killGroup(group, "SIGKILL");
    const ended = [...this.#running.values()].map((command) => {
      command.lose();
      return command.exited;
    });
    await Promise.all(ended);
    await rm(this.#init.scratch, { recursive: true, force: true });
  }

  /** Limits that macOS does not know are left out there, so their errors are not shown. */
  #spawn({ cmd, cwd, tty }: BoxCommand): ChildProcess {
    const [file, ...args] = this.#init.argv;
    const shell = tty
      ? 'exec script -q /dev/null /bin/bash -c "$0" 2>&1'
      : 'exec /bin/bash -c "$0" 2>&1';
    const script = `{ ${limitScript}\n} 2>/dev/null\n${shell}`;
    return spawn(file, [...args, "/bin/bash", "-c", script, cmd], {
      cwd,
      env: { ...this.#init.env },
      detached: true,
      stdio: ["pipe", "pipe", "ignore"],
    });
  }
}

function killGroup(pid: number | undefined, signal: `SIG${"TERM" | "KILL"}`): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group has ended, which is what was wanted.
  }
}
