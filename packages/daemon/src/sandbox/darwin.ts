import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { execa } from "execa";
import { DarwinBox } from "./darwin-box.ts";
import { darwinProfile } from "./darwin-profile.ts";
import { gitCommand, gitInvocation, gitOfCommands } from "./git-invocation.ts";
import { refuseCheckout, refuseGrant } from "./refuse.ts";
import { Slots } from "./slots.ts";
import type { Box, BoxedGit, BoxProfile, BoxProof, Checkout, GitResult, Sandbox } from "./types.ts";
import { unavailable } from "./unavailable.ts";

const sandboxExec = "/usr/bin/sandbox-exec";

export interface DarwinOptions {
  readonly allowRoot: boolean;
  readonly stateDir: string;
  readonly runtimeDir?: string;
  readonly home?: string;
}

/** Boxes by Seatbelt: the same roots as on Linux, but loopback and process ids are the machine's. */
export class DarwinSandbox implements Sandbox {
  readonly #options: DarwinOptions;
  readonly #home: string;
  readonly #slots: Slots;
  #proof: Promise<readonly BoxProof[]> | undefined;

  constructor(options: DarwinOptions, maxCommands: number) {
    this.#options = options;
    this.#home = options.home ?? homedir();
    this.#slots = new Slots(maxCommands);
  }

  prove({ afresh = false } = {}): Promise<readonly BoxProof[]> {
    if (afresh) this.#proof = undefined;
    this.#proof ??= this.#prove().catch((error: unknown) => {
      this.#proof = undefined;
      throw error;
    });
    return this.#proof;
  }

  async open(profile: BoxProfile): Promise<Box> {
    await this.#assertProven();
    if (profile.network !== undefined) {
      throw unavailable("hosts can be reached on Linux only: take back their grants");
    }
    for (const path of profile.readable) this.#grant(path);
    this.#check(profile.checkout);
    const parent = this.#options.runtimeDir ?? join(this.#options.stateDir, "box");
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const scratch = await realpath(await mkdtemp(join(parent, "io-")));
    const { worktree, gitDir, gitCommonDir } = profile.checkout;
    const node = await realpath(process.execPath);
    const text = darwinProfile({
      checkout: profile.checkout,
      readable: [...profile.readable, node],
      writable: [scratch, ...(profile.access === "rw" ? [worktree] : [])],
      frozen: [join(worktree, ".git"), gitCommonDir, gitDir],
    });
    return new DarwinBox({
      argv: [sandboxExec, "-p", text],
      env: {
        PATH: `${dirname(node)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
        HOME: scratch,
        TMPDIR: scratch,
        LANG: "C.UTF-8",
        TERM: "dumb",
        GIT_OPTIONAL_LOCKS: "0",
        ...gitOfCommands,
        ...profile.env,
      },
      scratch,
      slots: this.#slots,
      worktree,
      profileHash: createHash("sha256").update(text.replaceAll(scratch, "io")).digest("hex"),
    });
  }

  readonly git = async (request: BoxedGit): Promise<GitResult> => {
    await this.#assertProven();
    this.#check(request.checkout);
    const { env } = gitInvocation(request);
    const text = gitProfile(request);
    const result = await execa(sandboxExec, ["-p", text, ...gitCommand(request)], {
      cwd: request.checkout.worktree,
      env: { PATH: "/usr/bin:/bin", HOME: "/var/empty", ...env },
      extendEnv: false,
      encoding: "buffer",
      stripFinalNewline: false,
      reject: false,
      ...(request.input === undefined ? {} : { input: request.input }),
      ...(request.signal === undefined ? {} : { cancelSignal: request.signal }),
    });
    if (result.isCanceled) throw new DaemonError("interrupted", "git was interrupted");
    if (result.exitCode === undefined) throw unavailable("sandbox-exec did not run git", result);
    const stderr = Buffer.from(result.stderr).toString();
    return { exitCode: result.exitCode, stdout: Buffer.from(result.stdout), stderr };
  };

  async #prove(): Promise<readonly BoxProof[]> {
    if (process.getuid?.() === 0 && !this.#options.allowRoot) {
      throw unavailable("commands are not run as root: use an ordinary user");
    }
    await access(sandboxExec).catch((error: unknown) => {
      throw unavailable(`${sandboxExec} is missing: use macOS 12 or newer`, error);
    });
    const checkout = { worktree: "/var/empty", gitDir: "/var/empty", gitCommonDir: "/var/empty" };
    const text = darwinProfile({ checkout, readable: [], writable: [], frozen: [] });
    const attempts = {
      home: ["/bin/ls", this.#home],
      state: ["/bin/ls", this.#options.stateDir],
      network: ["/bin/bash", "-c", "true </dev/tcp/192.0.2.1/9"],
    };
    const alive = await execa(sandboxExec, ["-p", text, "/usr/bin/true"], { reject: false });
    if (alive.exitCode !== 0) throw unavailable(`sandbox-exec failed: ${alive.stderr}`);
    return Promise.all(
      Object.entries(attempts).map(async ([name, argv]) => {
        const options = { reject: false, timeout: 5000 } as const;
        const { exitCode } = await execa(sandboxExec, ["-p", text, ...argv], options);
        const passed = exitCode !== undefined && exitCode !== 0;
        return { name, passed, detail: passed ? "confined" : "the box does not confine it" };
      }),
    );
  }

  async #assertProven(): Promise<void> {
    const failed = (await this.prove()).filter((proof) => !proof.passed);
    if (failed.length === 0) return;
    throw unavailable(`the sandbox does not hold: ${failed.map(({ name }) => name).join(", ")}`);
  }

  #check({ worktree, gitDir, gitCommonDir }: Checkout): void {
    for (const path of [worktree, gitDir, gitCommonDir]) {
      const reason = refuseCheckout(path, { home: this.#home, stateDir: this.#options.stateDir });
      if (reason !== undefined) throw unavailable(`${path} cannot be a checkout: ${reason}`);
    }
  }

  #grant(path: string): void {
    const reason = refuseGrant(path, { home: this.#home, stateDir: this.#options.stateDir });
    if (reason === undefined) return;
    throw new DaemonError("notGranted", `${path} cannot be granted: ${reason}`, { path });
  }
}

function gitProfile({ access: mode, checkout }: BoxedGit): string {
  const { worktree, gitDir, gitCommonDir } = checkout;
  const shared = ["objects", "refs", "logs"].map((name) => join(gitCommonDir, name));
  const config = ["config", "hooks", "config.worktree"].map((name) => join(gitCommonDir, name));
  const own = ["commondir", "gitdir", "config.worktree"].map((name) => join(gitDir, name));
  return darwinProfile({
    checkout,
    readable: [],
    writable: mode === "read" ? [] : [worktree, gitDir, ...shared],
    frozen: [...config, ...own, ...(gitDir === gitCommonDir ? [] : [join(worktree, ".git")])],
  });
}
