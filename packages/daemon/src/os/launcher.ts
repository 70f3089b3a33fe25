import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { shellQuote } from "./shell-quote.ts";

/** A program that ends by itself, soon, and leaves nothing behind that still writes. */
export interface ShortProgram {
  /** Its path, or a name that its PATH finds, and its arguments. */
  readonly argv: readonly string[];
  /** All that is in its environment. Names are shell names. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string | Buffer;
  /** Files that it finds open for reading, by their descriptors. */
  readonly files?: Readonly<Record<number, string>>;
  /** A further descriptor that it writes to. */
  readonly reportFd?: number;
  /** Of one descriptor; a program that writes more is killed. */
  readonly maxBytes?: number;
  /** Kills it, and rejects with the reason. */
  readonly signal?: AbortSignal;
}

export interface EndedProgram {
  /** As a shell tells it: 126 and 127 for a program that did not start, 128 + N for signal N. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly report: Buffer;
}

/** How many shells wait for the next program: as many as git and boxed git take at once. */
const keptShells = 8;
/** How long what was killed may take to let go of its outputs. */
const closesWithinMs = 1000;
const idle: Shell[] = [];

/**
 * Runs a program from a shell that stands ready. A child of the daemon itself costs its main thread
 * the copying of all its page tables (6 ms when it is small, 15 ms at 200 MB); a shell's costs it
 * less than one. Rejects when the program could not be watched to its end.
 */
export async function runShort(program: ShortProgram): Promise<EndedProgram> {
  program.signal?.throwIfAborted();
  const shell = idle.pop() ?? new Shell();
  try {
    return await shell.run(program);
  } finally {
    if (shell.fit && idle.length < keptShells) idle.push(shell);
    else shell.kill(new Error("no longer needed"));
  }
}

/**
 * Where the system can, the kernel kills a shell in the moment in which the daemon ends, and with it
 * whatever it runs that dies with its parent; elsewhere the end of its standard input ends it.
 */
const shellCommand: readonly [string, ...string[]] = existsSync("/usr/bin/setpriv")
  ? ["/usr/bin/setpriv", "--pdeathsig", "KILL", "/bin/sh", "-s"]
  : ["/bin/sh", "-s"];

class Shell {
  readonly #child: ChildProcess;
  /** Undefined where not even the pipes could be made. */
  readonly #report: Socket | undefined;
  #job: Job | undefined;
  #lost: Error | undefined;

  constructor() {
    // In a group of its own, so that it can be killed together with its program.
    const [file, ...args] = shellCommand;
    const child = spawn(file, args, {
      cwd: "/",
      env: {},
      detached: true,
      stdio: ["pipe", "pipe", "pipe", "pipe"],
    });
    this.#child = child;
    // Without descriptors there is this event, and nothing else of a child.
    child.once("error", (error) => this.kill(error));
    this.#report = child.stdio?.[3] as Socket | undefined;
    child.unref();
    for (const [index, stream] of [child.stdout, child.stderr, this.#report].entries()) {
      stream?.on("data", (chunk: Buffer) => this.#hear(index, chunk)).on("error", () => {});
      (stream as Socket | undefined)?.unref();
    }
    child.stdin?.on("error", () => {});
    (child.stdin as Socket | null)?.unref();
    child.once("exit", () => this.kill(new Error("the shell that runs programs has ended")));
  }

  /** Whether it can run another program. */
  get fit(): boolean {
    return this.#lost === undefined && this.#job === undefined;
  }

  async run(program: ShortProgram): Promise<EndedProgram> {
    const job = new Job(program.maxBytes ?? Number.POSITIVE_INFINITY);
    const script = scriptOf(program, job.mark);
    const stop = () => this.kill(program.signal?.reason);
    program.signal?.addEventListener("abort", stop, { once: true });
    if (this.#lost) job.reject(this.#lost);
    this.#job = job;
    this.#report?.ref();
    this.#child.stdin?.write(script, "latin1");
    try {
      return await job.ended;
    } finally {
      program.signal?.removeEventListener("abort", stop);
      this.#report?.unref();
      this.#job = undefined;
    }
  }

  /** Its program ends with it, and is told of once it has. */
  kill(reason: Error): void {
    if (this.#lost) return;
    this.#lost = reason;
    const index = idle.indexOf(this);
    if (index >= 0) idle.splice(index, 1);
    const { pid, exitCode, signalCode, stdio = [] } = this.#child;
    const job = this.#job;
    const end = () => {
      clearTimeout(timer);
      for (const stream of stdio) stream?.destroy();
      job?.reject(reason);
    };
    const timer = setTimeout(end, closesWithinMs);
    if (pid === undefined || exitCode !== null || signalCode !== null) end();
    else this.#child.once("close", end);
    try {
      process.kill(-(pid ?? Number.NaN), "SIGKILL");
    } catch {
      // It has ended, or never begun.
    }
  }

  #hear(stream: number, chunk: Buffer): void {
    const flaw = this.#job ? this.#job.push(stream, chunk) : new WritesOn();
    if (flaw) this.kill(flaw);
  }
}

/** A program has written more than its `maxBytes`. */
export class OutputTooLarge extends Error {}

/** What a program has started goes on writing after its end, and could meet another's output. */
class WritesOn extends Error {
  constructor() {
    super("a program left something behind that goes on writing");
  }
}

const exitDigits = 3;

/** One program's way to its end: a mark that nobody can guess ends each of its three outputs. */
class Job {
  readonly mark = randomBytes(16).toString("hex");
  readonly #outputs = [
    new Output(this.mark),
    new Output(this.mark),
    new Output(this.mark),
  ] as const;
  readonly #maxBytes: number;
  readonly #ended = Promise.withResolvers<EndedProgram>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get ended(): Promise<EndedProgram> {
    return this.#ended.promise;
  }

  reject(reason: Error): void {
    this.#ended.reject(reason);
  }

  /** Answers with what is wrong with that, if something is. */
  push(stream: number, chunk: Buffer): Error | undefined {
    const output = this.#outputs[stream];
    if (!output?.push(chunk)) return new WritesOn();
    if (this.#outputs.every(({ ended }) => ended)) this.#settle();
    const most = this.#maxBytes + this.mark.length + exitDigits;
    return output.bytes > most ? new OutputTooLarge() : undefined;
  }

  #settle(): void {
    const [stdout, stderr, last] = this.#outputs.map((output) => output.content());
    if (!stdout || !stderr || !last) return;
    const exitCode = Number(last.toString("latin1", last.length - exitDigits));
    const report = last.subarray(0, last.length - exitDigits);
    this.#ended.resolve({ exitCode, stdout, stderr, report });
  }
}

class Output {
  bytes = 0;
  ended = false;
  readonly #mark: Buffer;
  readonly #chunks: Buffer[] = [];
  /** As much as may be the beginning of the mark. */
  #last: Buffer = Buffer.alloc(0);

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  /** Answers false where something comes after the mark. */
  push(chunk: Buffer): boolean {
    if (this.ended) return false;
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
    const last = Buffer.concat([this.#last, chunk]);
    const at = last.indexOf(this.#mark);
    this.ended = at >= 0;
    this.#last = last.subarray(-(this.#mark.length - 1));
    return at < 0 || at + this.#mark.length === last.length;
  }

  /** What came before the mark. */
  content(): Buffer {
    return Buffer.concat(this.#chunks).subarray(0, -this.#mark.length);
  }
}

/** One program in the shell's language, each of its bytes a character (latin1). */
function scriptOf(program: ShortProgram, mark: string): string {
  const { argv, env = {}, cwd = "/", input = "", files = {}, reportFd } = program;
  const variables = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const opened = Object.entries(files).map(([fd, path]) => `${fd}<${quoted(path)}`);
  const reported = reportFd === undefined ? [] : [`${reportFd}>&3`];
  const command = ["exec", ...argv.map(quoted), ...reported, "3>&-", ...opened].join(" ");
  const steps = [`cd ${quoted(cwd)} || exit 126`, "unset PWD OLDPWD", ...variables, command];
  const run = `(${steps.join("\n")})`;
  const fed =
    input.length > 0 ? `printf %b ${shellQuote(escaped(input))} | ${run}` : `${run} </dev/null`;
  const told = `printf %0${exitDigits}d%s $? ${mark} >&3`;
  return `${fed}\n${told}; printf %s ${mark} >&2; printf %s ${mark}\n`;
}

function quoted(text: string): string {
  if (text.includes("\0")) throw new TypeError("an argument cannot hold a NUL character");
  return shellQuote(Buffer.from(text).toString("latin1"));
}

/** So that the shell's `printf` writes the same bytes again. */
function escaped(input: string | Buffer): string {
  const bytes = Buffer.from(input).toString("latin1");
  return bytes.replaceAll("\\", "\\\\").replaceAll("\0", "\\0000");
}
