import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { shellQuote } from "../os/shell-quote.ts";
import type { LinuxBox } from "./box.ts";
import { limits } from "./limits.ts";
import type { Runtime } from "./runtime.ts";
import type { BoxProfile, BoxProof, Checkout } from "./types.ts";
import { unavailable } from "./unavailable.ts";
import type { BoxUsage } from "./usage.ts";

const timeoutMs = 20_000;

/** Each is an attempt to get out; it succeeds for the attacker when its shell test fails. */
function canaries(runtime: Runtime, { worktree, gitCommonDir }: Checkout, secret: string) {
  const home = shellQuote(runtime.home);
  return {
    network: `[[ $(grep -c : /proc/net/dev) == 1 ]] && ! true </dev/tcp/192.0.2.1/9`,
    home: `[[ $(stat -fc %T ${home}) == tmpfs && ! -e ${home}/.ssh && ! -e ${home}/.gnupg ]]`,
    state: `[[ ! -e ${shellQuote(secret)} && ! -e ${shellQuote(runtime.seccompFile)} && ! -e /run ]]`,
    "worktree link": `! true >>${shellQuote(`${worktree}/.git`)}`,
    repository: `! true >${shellQuote(`${gitCommonDir}/refs/canary`)} && ! true >>${shellQuote(`${gitCommonDir}/config`)}`,
    "user namespaces": "command -v unshare && ! unshare --user true",
    privileges:
      "grep -qE '^Seccomp:\\s2$' /proc/self/status && grep -qE '^CapEff:\\s0+$' /proc/self/status && grep -qE '^NoNewPrivs:\\s1$' /proc/self/status && ! mount -t tmpfs none /tmp",
    limits: `(( $(ulimit -H -u) <= ${limits.processes} && $(ulimit -H -n) <= ${limits.openFiles} ))`,
  };
}

/** Runs all canaries as one command of a real box over a scratch checkout, and looks at it. */
export async function proveBox(
  runtime: Runtime,
  open: (profile: BoxProfile) => Promise<LinuxBox>,
): Promise<BoxProof[]> {
  await using scratch = await scratchCheckout(runtime);
  const tests = canaries(runtime, scratch.checkout, scratch.secret);
  await using box = await open({ checkout: scratch.checkout, access: "rw", readable: [], env: {} });
  const cmd = Object.entries(tests)
    .map(
      ([name, test]) =>
        `if said=$({ ${test}; } 2>&1); then echo "pass:${name}"; else echo "fail:${name}:$said"; fi`,
    )
    .join("\n");
  const canary = await box.run({ cmd, cwd: scratch.checkout.worktree, tty: false, timeoutMs });
  let output = "";
  canary.onOutput((chunk) => {
    output += chunk.toString();
  });
  const { reason } = await canary.exited;
  if (reason !== "exited") throw unavailable(`the sandbox's canaries did not end: ${reason}`);
  const lines = output.split("\n");
  return [
    ...Object.keys(tests).map((name) => proof(name, lines)),
    resourceProof(runtime, box.usage()),
  ];
}

/** A box whose processes the daemon cannot see is one that it cannot hold to its limits. */
function resourceProof({ memoryBytes, scopes }: Runtime, usage: BoxUsage | undefined): BoxProof {
  const name = "resources";
  if (usage === undefined || usage.tasks === 0 || usage.bytes === 0) {
    const mend = "mount /proc without hidepid: `sudo mount -o remount,hidepid=0 /proc`";
    return { name, passed: false, detail: "the daemon cannot see what a box uses", mend };
  }
  const most = `a box has ${Math.floor(memoryBytes / 1024 ** 2)} MB and ${limits.watchedProcesses} processes`;
  const by =
    scopes.type === "scopes"
      ? `held by the kernel in a cgroup (${scopes.holds.join(", ")})`
      : `watched by the daemon, without a cgroup (${scopes.reason})`;
  return { name, passed: true, detail: `${most}, ${by}` };
}

function proof(name: string, lines: readonly string[]): BoxProof {
  if (lines.includes(`pass:${name}`)) return { name, passed: true, detail: "confined" };
  const said = lines
    .find((line) => line.startsWith(`fail:${name}:`))
    ?.split(":")
    .slice(2)
    .join(":");
  return { name, passed: false, detail: said?.trim() || "the box does not confine it" };
}

interface Scratch extends AsyncDisposable {
  readonly checkout: Checkout;
  readonly secret: string;
}

async function scratchCheckout(runtime: Runtime): Promise<Scratch> {
  const root = await mkdtemp(join(runtime.stateDir, `canary-${process.pid}-`));
  const secret = join(root, "secret");
  const worktree = join(root, "worktree");
  const gitCommonDir = join(root, "repository");
  const gitDir = join(gitCommonDir, "worktrees/canary");
  await mkdir(worktree);
  await mkdir(gitDir, { recursive: true });
  await mkdir(join(gitCommonDir, "refs"));
  await writeFile(join(gitCommonDir, "config"), "[core]\n\tbare = false\n");
  await writeFile(join(gitDir, "commondir"), "../..\n");
  await writeFile(join(worktree, ".git"), `gitdir: ${gitDir}\n`);
  await writeFile(secret, "", { mode: 0o600 });
  return {
    checkout: { worktree, gitDir, gitCommonDir },
    secret,
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
