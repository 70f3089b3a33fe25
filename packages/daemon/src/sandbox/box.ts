import type { ChildProcess } from "node:child_process";
import { setPriority } from "node:os";
import { DaemonError } from "@heddle/protocol";
import { processStart } from "../os/processes.ts";
import { BwrapProcess } from "./bwrap-process.ts";
import type { Scope } from "./cgroup.ts";
import { Command } from "./command.ts";
import { confinementFlaw } from "./confinement.ts";
import { readyLine } from "./helper.ts";
import type { CommandFiles, IoDirectory } from "./io-directory.ts";
import { firstProcessFile } from "./left-boxes.ts";
import { InputPipe, OutputPipe } from "./pipes.ts";
import { isInside } from "./refuse.ts";
import { LineReader, parseReport, type Report } from "./reports.ts";
import type { Slots } from "./slots.ts";
import type { Box, BoxCommand, BoxProcess } from "./types.ts";
import { unavailable } from "./unavailable.ts";
import { type BoxUsage, descendantsOf, measureBox } from "./usage.ts";
import { type Excess, Watchdog } from "./watchdog.ts";

const startMs = 10_000;
const factLines = 200;
/** The daemon, and whatever the user does, come first. */
const boxNiceness = 5;

export interface LinuxBoxInit {
  readonly child: ChildProcess;
  readonly io: IoDirectory;
  readonly slots: Slots;
  readonly profileHash: string;
  readonly worktree: string;
  readonly outerFilters: number;
  /** What all of its processes may use together. */
  readonly memoryBytes: number;
  /** Where the kernel itself holds them to it. */
  readonly scope?: Scope;
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
  readonly #bwrap: BwrapProcess;
  readonly #running = new Map<number, Running>();
  readonly #pipes = new Set<Disposable>();
  readonly #lost = new AbortController();
  readonly #ended: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #watchdog: Watchdog;
  #excess: Excess | undefined;
  #firstPid: number | undefined;
  #facts: string[] | undefined = [];

  constructor(init: LinuxBoxInit) {
    this.#init = init;
    this.profileHash = init.profileHash;
    this.#watchdog = this.#makeWatchdog(init.memoryBytes);
    this.#bwrap = new BwrapProcess(init.child);
    this.#ready.promise.catch(() => {});
    this.#ended = this.#watch();
  }

  get lost(): boolean {
    return this.#lost.signal.aborted;
  }

  /** Settles when the helper runs and the kernel has confirmed its limits and its filter. */
  async ready(): Promise<void> {
    const late = setTimeout(() => {
      this.#ready.reject(unavailable("the sandbox did not start in 10 s: run `heddle doctor`"));
    }, startMs);
    try {
      await this.#prepare();
    } catch (error) {
      await this[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /** What it uses now; `undefined` when it has ended, or cannot be looked at. */
  usage(): BoxUsage | undefined {
    const { memoryBytes } = this.#init;
    return this.#firstPid === undefined ? undefined : measureBox(this.#firstPid, memoryBytes);
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
      stuck: () => this.#bwrap.kill(),
      background: release,
      hold: (until: Promise<unknown>) => output.hold(until),
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
    this.#watchdog.wake();
    return running.command;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#bwrap.kill();
    await this.#ended;
  }

  /** Ends with the box: by then each of its processes is gone and each command has settled. */
  async #watch(): Promise<void> {
    const reports = new LineReader((line) => this.#hear(line));
    this.#bwrap.onOutput((chunk) => reports.push(chunk));
    const failed = await this.#bwrap.ended;
    this.#watchdog[Symbol.dispose]();
    const { scope, memoryBytes, io } = this.#init;
    if (scope?.outOfMemory()) this.#excess = { reason: "memoryLimit", limit: memoryBytes };
    this.#ready.reject(failed);
    this.#lost.abort(unavailable("the sandbox of this command has ended: run the command again"));
    for (const id of [...this.#running.keys()]) {
      this.#finish(id, (command) => command.lose(this.#excess));
    }
    for (const pipe of this.#pipes) pipe[Symbol.dispose]();
    await io[Symbol.asyncDispose]();
    await scope?.[Symbol.asyncDispose]();
  }

  /** Nothing of the agent's runs yet: these are all the processes that the box has. */
  async #prepare(): Promise<void> {
    const [firstPid] = await Promise.all([this.#bwrap.firstPid(), this.#ready.promise]);
    this.#firstPid = firstPid;
    const all = [firstPid, ...descendantsOf(firstPid)];
    for (const pid of all) setPriority(pid, boxNiceness);
    this.#init.scope?.enter(all);
    await this.#init.io.write(firstProcessFile, `${firstPid} ${processStart(firstPid)}`);
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
    if (!this.#lost.signal.aborted) this.#bwrap.tell(line);
  }

  #makeWatchdog(memoryBytes: number): Watchdog {
    return new Watchdog({
      measure: () => this.usage(),
      memoryBytes,
      busy: () => this.#running.size > 0,
      onExcess: (excess) => {
        this.#excess = excess;
        this.#bwrap.kill();
      },
    });
  }
}

function writeInput(input: InputPipe, chars: string): void {
  if (input.write(chars)) return;
  throw new DaemonError("tooLarge", "the command does not read its input: wait or interrupt it");
}
