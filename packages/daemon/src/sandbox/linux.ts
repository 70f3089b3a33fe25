import { DaemonError } from "@heddle/protocol";
import { agentMounts, boxIo, bwrapArgs, hashProfile } from "./argv.ts";
import { LinuxBox } from "./box.ts";
import { proveBox } from "./canaries.ts";
import { alternateMounts, checkCheckout, readableMounts } from "./checkout.ts";
import { openWayOut } from "./egress/way-out.ts";
import { runBoxedGit } from "./git.ts";
import { maskedConfigs } from "./git-config.ts";
import { gitOfCommands } from "./git-invocation.ts";
import { helperScript } from "./helper.ts";
import { IoDirectory } from "./io-directory.ts";
import { argsFd, launch } from "./launch.ts";
import { checkBwrap, type LinuxOptions, prepareRuntime, type Runtime } from "./runtime.ts";
import { Slots } from "./slots.ts";
import type { Box, BoxedGit, BoxProfile, BoxProof, GitResult, Sandbox } from "./types.ts";
import { unavailable } from "./unavailable.ts";

const gitAtOnce = 4;
const never = new AbortController().signal;

/** Boxes by bubblewrap. None is handed out before the canaries have passed once. */
export class LinuxSandbox implements Sandbox {
  readonly #options: LinuxOptions;
  readonly #slots: Slots;
  readonly #gitSlots = new Slots(gitAtOnce);
  #runtime: Promise<Runtime> | undefined;
  #proof: Promise<readonly BoxProof[]> | undefined;

  constructor(options: LinuxOptions, maxCommands: number) {
    this.#options = options;
    this.#slots = new Slots(maxCommands);
  }

  /** Only success is remembered, so that a mended machine needs no new start. */
  async prove({ afresh = false } = {}): Promise<readonly BoxProof[]> {
    if (afresh) this.#proof = undefined;
    this.#proof ??= this.#prove(afresh);
    const proof = this.#proof;
    const passed = await proof.then(
      (proofs) => proofs.every((one) => one.passed),
      () => false,
    );
    if (!passed && this.#proof === proof) this.#proof = undefined;
    return proof;
  }

  async open(profile: BoxProfile): Promise<Box> {
    const [box, proof] = await Promise.allSettled([this.#open(profile), this.#assertProven()]);
    if (box.status === "rejected") throw box.reason;
    if (proof.status === "fulfilled") return box.value;
    await box.value[Symbol.asyncDispose]();
    throw proof.reason;
  }

  readonly git = async (request: BoxedGit): Promise<GitResult> => {
    await this.#assertProven();
    const release = await this.#gitSlots.acquire(request.signal ?? never).catch(() => {
      throw new DaemonError("interrupted", "git was interrupted");
    });
    try {
      return await runBoxedGit(await this.#prepared(), request);
    } finally {
      release();
    }
  };

  async #prove(afresh: boolean): Promise<readonly BoxProof[]> {
    const runtime = await this.#prepared();
    if (afresh) await checkBwrap(runtime.bwrap);
    return proveBox(runtime, (profile) => this.#open(profile));
  }

  async #assertProven(): Promise<void> {
    const failed = (await this.prove()).filter((proof) => !proof.passed);
    if (failed.length === 0) return;
    const list = failed.map(({ name, detail }) => `${name} (${detail})`).join(", ");
    throw unavailable(`the sandbox does not hold: ${list}; run \`heddle doctor\``);
  }

  async #open(profile: BoxProfile): Promise<LinuxBox> {
    const runtime = await this.#prepared();
    const { checkout, readable } = profile;
    await checkCheckout(runtime, checkout);
    const shared = await Promise.all([
      readableMounts(runtime, { readable, worktree: checkout.worktree }),
      maskedConfigs(runtime, checkout),
      alternateMounts(runtime, checkout),
    ]);
    await using stack = new AsyncDisposableStack();
    const io = stack.use(await IoDirectory.create(runtime.dir));
    const wayOut = await openWayOut(io, profile.network);
    const options = bwrapArgs(runtime, {
      mounts: agentMounts(runtime, profile, { ioDir: io.path, shared: shared.flat() }),
      env: { ...gitOfCommands, ...profile.env, ...wayOut.env },
      cwd: checkout.worktree,
    });
    const [argsFile] = await Promise.all([
      io.write("options", options.map((option) => `${option}\0`).join("")),
      io.write("helper", helperScript),
    ]);
    const scope = runtime.scopes.type === "scopes" ? stack.use(runtime.scopes.create()) : undefined;
    const helper = ["--", "/bin/bash", "--noprofile", "--norc", `${boxIo}/helper`];
    const box = new LinuxBox({
      child: launch(runtime, ["--args", String(argsFd), ...helper], argsFile),
      io,
      slots: this.#slots,
      profileHash: hashProfile(runtime, [...options, helperScript, ...wayOut.hosts], io.path),
      worktree: checkout.worktree,
      outerFilters: runtime.outerFilters,
      memoryBytes: runtime.memoryBytes,
      ...(scope ? { scope } : {}),
    });
    stack.move();
    io.warm();
    await box.ready();
    return box;
  }

  #prepared(): Promise<Runtime> {
    this.#runtime ??= prepareRuntime(this.#options).catch((error: unknown) => {
      this.#runtime = undefined;
      throw error;
    });
    return this.#runtime;
  }
}
