import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { DaemonError } from "@heddle/protocol";
import { Command } from "./command.ts";
import { readyLine } from "./helper.ts";
import type { CommandFiles, IoDirectory } from "./io-directory.ts";
import { parseStatus } from "./launch.ts";
import { missingLimit } from "./limits.ts";
import { InputPipe, OutputPipe } from "./pipes.ts";
import { isInside } from "./refuse.ts";
import { LineReader, parseReport, type Report } from "./reports.ts";
import { filterCount } from "./runtime.ts";
import type { Slots } from "./slots.ts";
import type { Box, BoxCommand, BoxProcess } from "./types.ts";
import { bwrapFailure, unavailable } from "./unavailable.ts";

const startMs = 10_000;
const keptErrors = 4096;
const factLines = 200;
const statusBytes = 64 * 1024;

export interface LinuxBoxInit {
  readonly child: ChildProcess;
  readonly io: IoDirectory;
  readonly slots: Slots;
  readonly profileHash: string;
  readonly worktree: string;
  readonly outerFilters: number;
}

interface Running {
  readonly command: Command;
  readonly output: OutputPipe;
  readonly files: CommandFiles;
  readonly release: () => void;
  readonly kind: "tty" | "pipe";
  readonly input?: InputPipe;
  pid?: number;
  early?: "TERM" | "KILL";
}

/** A bubblewrap process with the helper in it. All that the helper says is checked and bounded. */
export class LinuxBox implements Box {
  readonly profileHash: string;
  readonly #init: LinuxBoxInit;
  readonly #running = new Map<number, Running>();
  readonly #pipes = new Set<Disposable>();
  readonly #lost = new AbortController();
  readonly #ended: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();
  #facts: string[] | undefined = [];
  #errors = "";
  #status = "";

  constructor(init: LinuxBoxInit) {
    this.#init = init;
    this.profileHash = init.profileHash;
    this.#ended = this.#watch(init.child);
    this.#ready.promise.catch(() => {});
  }

  /** Settles when the helper runs and the kernel has confirmed its limits and its filter. */
  async ready(): Promise<void> {
    const late = setTimeout(() => {
      this.#ready.reject(unavailable("the sandbox did not start in 10 s: run `heddle doctor`"));
    }, startMs);
    try {
      await this.#ready.promise;
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  async run(command: BoxCommand): Promise<BoxProcess> {
    if (!isInside(command.cwd, this.#init.worktree) || command.cwd.includes("..")) {
      throw new DaemonError("outsideWorktree", `${command.cwd} is not in the worktree`);
    }
    if (`${command.cwd}${command.cmd}`.includes("\0")) {
      throw new DaemonError("invalidParams", "a command cannot hold a NUL character");
    }
    const release = await this.#init.slots.acquire(this.#until(command.signal));
    try {
      return await this.#start(command, release);
    } catch (error) {
      release();
      this.#lost.signal.throwIfAborted();
      throw error;
    }
  }

  #until(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([this.#lost.signal, signal]) : this.#lost.signal;
  }

  async #start(command: BoxCommand, release: () => void): Promise<BoxProcess> {
    const open = command.stdin ?? command.tty;
    const kind = command.tty ? "tty" : "pipe";
    const fields = [command.cwd, open ? "open" : "null", kind, command.cmd];
    const files = await this.#init.io.take(fields);
    this.#lost.signal.throwIfAborted();

    const output = this.#keep(new OutputPipe(files.output, (chunk) => running.command.push(chunk)));
    const input = open ? this.#keep(new InputPipe(files.input)) : undefined;
    const host = {
      signal: (name: "TERM" | "KILL") => this.#signal(running, name),
      stuck: () => this.#kill(),
      background: release,
      ...(input ? { input: (chars: string) => writeInput(input, chars) } : {}),
    };
    const running: Running = {
      command: new Command(host, command.timeoutMs),
      output,
      files,
      release,
      kind,
      ...(input ? { input } : {}),
    };
    this.#running.set(files.id, running);
    this.#tell(`run ${files.id}`);
    return running.command;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    await this.#ended;
  }

  /** Ends with the box: by then each of its processes is gone and each command has settled. */
  async #watch(child: ChildProcess): Promise<void> {
    const reports = new LineReader((line) => this.#hear(line));
    child.stdin?.on("error", () => {});
    child.stdout?.on("data", (chunk: Buffer) => reports.push(chunk)).on("error", () => {});
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#errors = (this.#errors + chunk.toString()).slice(-keptErrors);
    });
    child.stdio[4]?.on("data", (chunk: Buffer) => {
      if (this.#status.length < statusBytes) this.#status += chunk.toString();
    });
    await once(child, "close").catch((error: unknown) => {
      this.#ready.reject(unavailable("bubblewrap did not start: run `heddle doctor`", error));
    });
    this.#ready.reject(bwrapFailure(this.#errors));
    this.#lost.abort(unavailable("the sandbox of this turn has ended: start another turn"));
    for (const id of [...this.#running.keys()]) this.#finish(id, (command) => command.lose());
    for (const pipe of this.#pipes) pipe[Symbol.dispose]();
    await this.#init.io[Symbol.asyncDispose]();
  }

  #hear(line: string): void {
    if (this.#facts === undefined) this.#report(parseReport(line));
    else if (line === readyLine) this.#judge(this.#facts.join("\n"));
    else if (this.#facts.length < factLines) this.#facts.push(line);
  }

  /** Nothing of the agent's has run yet, so these facts are the kernel's. */
  #judge(facts: string): void {
    this.#facts = undefined;
    const flaw = confinementFlaw(facts, this.#init.outerFilters);
    if (flaw === undefined) this.#ready.resolve();
    else
      this.#ready.reject(unavailable(`the sandbox is not tight: ${flaw}; run \`heddle doctor\``));
  }

  #report(report: Report | undefined): void {
    const running = report && this.#running.get(report.id);
    if (!running) return;
    if (report.type === "exit") {
      this.#finish(report.id, (command) => command.finish(report.code));
    } else if (running.pid === undefined && report.pid > 1) {
      running.pid = report.pid;
      if (running.early) this.#signal(running, running.early);
    }
  }

  #signal(running: Running, name: "TERM" | "KILL"): void {
    running.early = name;
    if (running.pid === undefined) return;
    this.#tell(`kill ${name} ${running.files.id} ${running.pid} ${running.kind}`);
  }

  /** The exit was reported after the last output was written: what the pipe holds comes first. */
  #finish(id: number, settle: (command: Command) => void): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    running.output.drain((chunk) => running.command.push(chunk));
    running.output.discard();
    running.input?.[Symbol.dispose]();
    settle(running.command);
    running.release();
    void this.#init.io.drop(running.files);
  }

  #keep<T extends Disposable>(pipe: T): T {
    this.#pipes.add(pipe);
    return pipe;
  }

  #tell(line: string): void {
    if (!this.#lost.signal.aborted) this.#init.child.stdin?.write(`${line}\n`);
  }

  /** By its first process: bubblewrap then ends only after the kernel has emptied the box. */
  #kill(): void {
    const { child } = this.#init;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const { childPid } = parseStatus(this.#status);
    try {
      process.kill(childPid ?? child.pid ?? Number.NaN, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  }
}

function writeInput(input: InputPipe, chars: string): void {
  if (input.write(chars)) return;
  throw new DaemonError("tooLarge", "the command does not read its input: wait or interrupt it");
}

/** What the kernel says against the helper's confinement, if anything. */
function confinementFlaw(facts: string, outerFilters: number): string | undefined {
  if (!/^Seccomp:\s+2$/m.test(facts) || filterCount(facts) <= outerFilters) {
    return "the system call filter is not applied";
  }
  if (!/^CapEff:\s+0+$/m.test(facts)) return "capabilities are kept";
  const limit = missingLimit(facts);
  return limit === undefined ? undefined : `the limit "${limit}" is not applied`;
}
