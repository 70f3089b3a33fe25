import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { createSandbox } from "./sandbox.ts";
import { finish, makeSandboxFixture } from "./sandbox-fixture.test.support.ts";
import type { Sandbox } from "./types.ts";

const fixture = makeSandboxFixture();
const { checkout } = fixture;
afterAll(() => fixture[Symbol.dispose]());

const profile = { checkout, access: "rw", readable: [], env: {} } as const;

async function expectRefusal(sandbox: Sandbox, message: RegExp): Promise<void> {
  const refusal = { kind: "sandboxUnavailable", message: expect.stringMatching(message) };
  await expect(sandbox.prove()).rejects.toMatchObject(refusal);
  await expect(sandbox.open(profile)).rejects.toMatchObject(refusal);
  await expect(sandbox.git({ access: "read", checkout, args: ["status"] })).rejects.toMatchObject(
    refusal,
  );
}

function bwrapThat(name: string, script: string): string {
  const path = join(fixture.root, name);
  writeFileSync(path, `#!/bin/bash\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("a missing bubblewrap is refused with what to install", async () => {
  const bwrapPath = join(fixture.root, "no-bwrap");
  await expectRefusal(fixture.create({ bwrapPath }), /no-bwrap is missing: install bubblewrap/);
});

test("an old bubblewrap is refused", async () => {
  const bwrapPath = bwrapThat("old-bwrap", "echo bubblewrap 0.7.9");
  await expectRefusal(fixture.create({ bwrapPath }), /too old.*0\.7\.9/);
});

test("a failing bubblewrap is refused with its own words and the cure", async () => {
  const failure = "bwrap: setting up uid map: Permission denied";
  const bwrapPath = bwrapThat(
    "failing-bwrap",
    `[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit; echo '${failure}' >&2; exit 1`,
  );
  await expectRefusal(fixture.create({ bwrapPath }), /uid map.*unprivileged user namespaces/);
});

test("a bubblewrap that confines nothing is found out", async () => {
  const bwrapPath = bwrapThat(
    "open-bwrap",
    `[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit
     echo '{ "child-pid": 0 }' >&4; while [ "$1" != -- ]; do shift; done; shift; exec "$@"`,
  );
  await expectRefusal(fixture.create({ bwrapPath }), /sandbox/);
});

test("bubblewrap without its system call filter is found out", async () => {
  const bwrapPath = bwrapThat(
    "unfiltered-bwrap",
    `[ "$1" = --version ] && echo bubblewrap 0.9.0 && exit
     mapfile -d '' -t options <&5; kept=(); skip=
     for o in "\${options[@]}"; do
       [ -n "$skip" ] && { skip=; continue; }; [ "$o" = --seccomp ] && { skip=1; continue; }; kept+=("$o"); done
     shift 2; exec /usr/bin/bwrap "\${kept[@]}" "$@"`,
  );
  await expectRefusal(fixture.create({ bwrapPath }), /system call filter is not applied/);
});

test("bubblewrap that vanishes while the daemon runs stops every further box", async () => {
  const bwrapPath = bwrapThat("vanishing-bwrap", 'exec /usr/bin/bwrap "$@"');
  const sandbox = fixture.create({ bwrapPath });
  await using box = await sandbox.open(profile);
  rmSync(bwrapPath);
  const refusal = { kind: "sandboxUnavailable" };
  await expect(sandbox.open(profile)).rejects.toMatchObject(refusal);
  await expect(sandbox.git({ access: "read", checkout, args: ["status"] })).rejects.toMatchObject(
    refusal,
  );
  expect(await finish(box, checkout.worktree, "echo on")).toMatchObject({ output: "on\n" });
  const left = readdirSync(join(fixture.stateDir, "box")).filter((name) => name.startsWith("io-"));
  expect(left).toHaveLength(1);
});

test("another architecture and another platform are refused", async () => {
  await expectRefusal(fixture.create({ arch: "riscv64" }), /riscv64/);
  await expectRefusal(fixture.create({ platform: "win32" }), /WSL2/);
});

test.skipIf(process.getuid?.() !== 0)("root is refused unless it is allowed", async () => {
  await expectRefusal(fixture.create({ allowRoot: false }), /root/);
});

test("a runtime directory that others can enter is refused", async () => {
  const runtimeDir = join(fixture.root, "shared");
  mkdirSync(runtimeDir);
  chmodSync(runtimeDir, 0o755);
  await expectRefusal(fixture.create({ runtimeDir }), /chmod 700/);
});

test("a worktree that is the home or holds the state directory is refused", async () => {
  for (const worktree of [fixture.home, fixture.stateDir, fixture.root, "/", "/tmp"]) {
    await expect(
      fixture.sandbox.open({ ...profile, checkout: { ...checkout, worktree } }),
    ).rejects.toMatchObject({ kind: "sandboxUnavailable" });
  }
});

test("making a sandbox starts nothing and cannot fail", () => {
  expect(() => createSandbox({ allowRoot: false, stateDir: "/nonexistent" })).not.toThrow();
});
