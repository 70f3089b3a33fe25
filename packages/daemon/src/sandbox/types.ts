import type { Network } from "./egress/routes.ts";

/** A checkout and the two directories in which git keeps its state. All paths absolute and real. */
export interface Checkout {
  readonly worktree: string;
  /** `.git/worktrees/<name>`, or the common directory itself for a main checkout. */
  readonly gitDir: string;
  /** The repository's `.git`, shared by all of its worktrees. */
  readonly gitCommonDir: string;
}

/** All that a turn's commands may see and do. What is not named here does not exist for them. */
export interface BoxProfile {
  readonly checkout: Checkout;
  /** `ro` mounts the worktree read-only. */
  readonly access: "ro" | "rw";
  /** Further absolute paths, bound read-only where they are: lent folders, toolchains, grants. */
  readonly readable: readonly string[];
  /** A directory of the daemon's own, bound read-only: what earlier commands of the thread wrote. */
  readonly outputs?: string;
  /** Which hosts it may reach; without it there is no network at all. */
  readonly network?: Network;
  /** Added to the box's own environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface BoxCommand {
  /** What `bash -c` runs. */
  readonly cmd: string;
  /** An absolute directory inside the worktree. */
  readonly cwd: string;
  readonly tty: boolean;
  /**
   * Keeps standard input open for `write`. By default only a tty has one: programs such as rg read
   * an open pipe and would wait for ever.
   */
  readonly stdin?: boolean;
  readonly timeoutMs: number;
  /** Gives up waiting for a place; a command that has begun is ended by `kill`. */
  readonly signal?: AbortSignal;
}

export interface BoxExit {
  /** As a shell reports it (128 + n for signal n); `undefined` when the box was lost before. */
  readonly exitCode: number | undefined;
  readonly reason: BoxExitReason;
  /** What was broken: bytes of memory, or a number of processes. */
  readonly limit?: number;
}

/**
 * `memoryLimit` and `processLimit` end the whole box, because they count what all of its commands
 * use together.
 */
export type BoxExitReason =
  | "exited"
  | "timedOut"
  | "killed"
  | "outputLimit"
  | "memoryLimit"
  | "processLimit"
  | "boxLost";

export interface BoxProcess {
  /** Output and errors together, in the order they were written, from the first byte on. */
  onOutput(listener: (chunk: Buffer) => void): void;
  write(chars: string): void;
  /** Takes no more output until the promise has settled, so that the command waits in its turn. */
  hold(until: Promise<unknown>): void;
  /** Gives the command's place to another one, while this one goes on. */
  background(): void;
  /** TERM to the command's process group, KILL after 2 s. */
  kill(): void;
  /** Settles when the command has ended and its output has been delivered; never rejects. */
  readonly exited: Promise<BoxExit>;
}

/** One sandbox that the commands of a turn share: loopback, process ids, /tmp and HOME. */
export interface Box extends AsyncDisposable {
  /** SHA-256 of everything that decides what the box can reach. */
  readonly profileHash: string;
  /** Whether it has ended, for whatever reason: it takes no more commands. */
  readonly lost: boolean;
  run(command: BoxCommand): Promise<BoxProcess>;
}

export interface BoxedGit {
  /** `read`: everything read-only. `write`: worktree, own gitdir, objects, refs and logs writable. */
  readonly access: "read" | "write";
  readonly checkout: Checkout;
  readonly args: readonly string[];
  /** Then writes the tree of the index, in the same box, and prints its name behind the output. */
  readonly writeTree?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal;
}

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export type RunBoxedGit = (request: BoxedGit) => Promise<GitResult>;

export interface BoxProof {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
  readonly mend?: string;
}

/** The machine's way to confine commands. Every failure is a DaemonError `sandboxUnavailable`. */
export interface Sandbox {
  /**
   * Runs the canaries; callers await it before the first effect. Proven once a process, or again if
   * it is to be `afresh`.
   */
  prove(options?: { readonly afresh?: boolean }): Promise<readonly BoxProof[]>;
  open(profile: BoxProfile): Promise<Box>;
  readonly git: RunBoxedGit;
}
