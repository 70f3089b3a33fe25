import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";

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

/** How many shells wait for the next program; more are started, and ended, as they are needed. */
const keptShells = 4;
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
  readonly #report: Socket;
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
    this.#report = child.stdio[3] as Socket;
    child.unref();
    for (const [index, stream] of [child.stdout, child.stderr, this.#report].entries()) {
      stream?.on("data", (chunk: Buffer) => this.#hear(index, chunk)).on("error", () => {});
      (stream as Socket).unref();
    }
    child.stdin?.on("error", () => {});
    (child.stdin as Socket).unref();
    child.once("error", (error) => this.kill(error));
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
    this.#report.ref();
    this.#child.stdin?.write(script, "latin1");
    try {
      return await job.ended;
    } finally {
      program.signal?.removeEventListener("abort", stop);
      this.#report.unref();
      this.#job = undefined;
    }
  }

  kill(reason: Error): void {
    if (this.#lost) return;
    this.#lost = reason;
    this.#job?.reject(reason);
    const index = idle.indexOf(this);
    if (index >= 0) idle.splice(index, 1);
    try {
      process.kill(-(this.#child.pid ?? Number.NaN), "SIGKILL");
    } catch {
      // It has ended, or never begun.
    }
  }

  #hear(stream: number, chunk: Buffer): void {
    if (!this.#job) this.kill(new Error("a program went on writing after its end"));
    else if (!this.#job.push(stream, chunk)) this.kill(new OutputTooLarge());
  }
}

export class OutputTooLarge extends Error {}

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

  /** Answers false when that is more than the program may write. */
  push(stream: number, chunk: Buffer): boolean {
    const output = this.#outputs[stream];
    if (!output) return false;
    output.push(chunk);
    if (this.#outputs.every(({ ended }) => ended)) this.#settle();
    return output.bytes <= this.#maxBytes + this.mark.length + exitDigits;
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
  #chunks: Buffer[] = [];

  constructor(mark: string) {
    this.#mark = Buffer.from(mark);
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    this.#chunks.push(chunk);
    if (this.bytes < this.#mark.length) return;
    let last = this.#chunks.pop() ?? chunk;
    while (last.length < this.#mark.length)
      last = Buffer.concat([this.#chunks.pop() ?? last, last]);
    this.#chunks.push(last);
    this.ended = last.subarray(-this.#mark.length).equals(this.#mark);
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
    input.length > 0 ? `printf %b ${single(escaped(input))} | ${run}` : `${run} </dev/null`;
  const told = `printf %0${exitDigits}d%s $? ${mark} >&3`;
  return `${fed}\n${told}; printf %s ${mark} >&2; printf %s ${mark}\n`;
}

function quoted(text: string): string {
  if (text.includes("\0")) throw new TypeError("an argument cannot hold a NUL character");
  return single(Buffer.from(text).toString("latin1"));
}

function single(bytes: string): string {
  return `'${bytes.replaceAll("'", "'\\''")}'`;
}

/** So that the shell's `printf` writes the same bytes again. */
function escaped(input: string | Buffer): string {
  const bytes = Buffer.from(input).toString("latin1");
  return bytes.replaceAll("\\", "\\\\").replaceAll("\0", "\\0000");
}
