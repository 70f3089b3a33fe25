import { mkdirSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { finish, makeSandboxFixture } from "./sandbox-fixture.test.support.ts";

const fixture = makeSandboxFixture();
const { checkout, other, home, stateDir } = fixture;
const cwd = checkout.worktree;
afterAll(() => fixture[Symbol.dispose]());

test("all eight canaries pass, and what a box uses can be seen", async () => {
  const proofs = await fixture.sandbox.prove();
  expect(proofs.filter(({ passed }) => !passed)).toEqual([]);
  expect(proofs).toHaveLength(9);
});

test("neither ~/.ssh, the state directory nor another worktree exists in a box", async () => {
  writeFileSync(join(stateDir, "heddle.db"), "state");
  await using box = await fixture.open();
  const paths = [
    `${home}/.ssh`,
    `${stateDir}/heddle.db`,
    `${stateDir}/box`,
    other.worktree,
    "/run",
  ];
  const cmd = paths.map((path) => `[ -e '${path}' ] && echo 'sees ${path}'`).join("\n");
  expect(await finish(box, cwd, `${cmd}; echo looked`)).toMatchObject({ output: "looked\n" });
  symlinkSync(`${home}/.ssh/id_ed25519`, join(cwd, "link"));
  expect((await finish(box, cwd, "cat link")).output).not.toContain("private");
});

test("the daemon's socket and abstract sockets cannot be reached", async () => {
  const path = join(stateDir, "daemon.sock");
  const abstract = `\0heddle-test-${process.pid}`;
  const servers = [path, abstract].map((name) => createServer((peer) => peer.end()).listen(name));
  await using box = await fixture.open();
  const script = `for (const p of [${JSON.stringify(path)}, ${JSON.stringify(abstract)}]) {
    const c = require("net").connect(p); c.on("connect", () => console.log("reached")); c.on("error", (e) => console.log(e.code)); }`;
  writeFileSync(join(cwd, "connect.cjs"), script);
  const { output } = await finish(box, cwd, "node connect.cjs");
  for (const server of servers) server.close();
  expect(output.trim().split("\n").toSorted()).toEqual(["ECONNREFUSED", "ENOENT"]);
});

test("the network is off, by name and by address, and only lo exists", async () => {
  await using box = await fixture.open();
  const cmd = `(true </dev/tcp/192.0.2.1/80) 2>&1 | grep -o unreachable | uniq
    (true </dev/udp/192.0.2.1/53) 2>&1 | grep -o unreachable | uniq
    node -e 'fetch("http://example.org").catch((e) => console.log(e.cause.code))'
    tail -n +3 /proc/net/dev | cut -d: -f1`;
  const { output } = await finish(box, cwd, cmd);
  expect(output.split(/\s+/).filter(Boolean)).toEqual([
    "unreachable",
    "unreachable",
    expect.stringMatching(/^(EAI_AGAIN|ENOTFOUND)$/),
    "lo",
  ]);
});

test("only the worktree can be written, and its .git and the repository's cannot", async () => {
  await using box = await fixture.open();
  const link = readFileSync(join(cwd, ".git"), "utf8");
  const targets = [
    `${cwd}/.git`,
    `${checkout.gitDir}/HEAD`,
    `${checkout.gitDir}/commondir`,
    `${checkout.gitCommonDir}/config`,
    `${checkout.gitCommonDir}/hooks/post-commit`,
    "/usr/bin/evil",
    "/etc/hosts",
    "/evil",
    "/.heddle/1.cmd",
  ];
  const tries = targets.map((path) => `echo x 2>/dev/null >'${path}' && echo 'wrote ${path}'`);
  const cmd = `{ ${tries.join("\n")}
    rm -f .git; mv .git moved; ln -sfn /etc .git; umount .git; } 2>/dev/null; echo fine >written; cat written`;
  expect((await finish(box, cwd, cmd)).output).toBe("fine\n");
  expect(readFileSync(join(cwd, "written"), "utf8")).toBe("fine\n");
  expect(readFileSync(join(cwd, ".git"), "utf8")).toBe(link);
});

test("a main checkout's .git is read-only, too", async () => {
  await using box = await fixture.sandbox.open({
    checkout: fixture.main,
    access: "rw",
    readable: [],
    env: {},
  });
  const cmd = `{ echo x >.git/config; echo x >.git/HEAD; mv .git moved; } 2>/dev/null; echo ok >new; git status --short`;
  expect((await finish(box, fixture.repository, cmd)).output).toBe("?? new\n");
  unlinkSync(join(fixture.repository, "new"));
});

test("a read-only profile cannot write its worktree", async () => {
  await using box = await fixture.open({ access: "ro" });
  expect(await finish(box, cwd, "echo x 2>/dev/null >new || echo refused")).toMatchObject({
    output: "refused\n",
  });
});

test("the repository's credentials and helpers are not in its configuration", async () => {
  fixture.git(fixture.repository, "config", "remote.origin.url", "https://ada:token@example.org/x");
  fixture.git(fixture.repository, "config", "credential.helper", "!cat secret");
  await using box = await fixture.open();
  const { output } = await finish(
    box,
    cwd,
    `cat ${checkout.gitCommonDir}/config; git log --oneline | wc -l`,
  );
  expect(output).not.toMatch(/token|secret|remote/);
  expect(output).toMatch(/repositoryformatversion = 0[\s\S]*1\n$/);
});

test("a command inherits nothing of the daemon but its three streams", async () => {
  process.env.HEDDLE_TEST_KEY = "sk-secret";
  await using box = await fixture.open();
  const { output } = await finish(
    box,
    cwd,
    "cat /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -c sk-secret; for fd in /proc/$$/fd/*; do [ -L $fd ] && printf '%s ' $(basename $fd); done; echo; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status; ulimit -H -u; ulimit -H -n; ulimit -H -c",
  );
  delete process.env.HEDDLE_TEST_KEY;
  expect(output.split("\n")).toEqual([
    "0",
    "0 1 2 ",
    "CapEff:\t0000000000000000",
    "NoNewPrivs:\t1",
    "Seccomp:\t2",
    "512",
    expect.stringMatching(/^\d+$/),
    "0",
    "",
  ]);
});

test("a granted folder can be read and not written; a refused or missing one stops the box", async () => {
  const lent = join(fixture.root, "lent");
  mkdirSync(lent);
  writeFileSync(join(lent, "file"), "lent\n");
  await using box = await fixture.open({ readable: [lent] });
  const cmd = `cat ${lent}/file; echo x 2>/dev/null >${lent}/file || echo refused`;
  expect((await finish(box, cwd, cmd)).output).toBe("lent\nrefused\n");
  await expect(fixture.open({ readable: [`${home}/.ssh`] })).rejects.toMatchObject({
    kind: "notGranted",
  });
  await expect(fixture.open({ readable: [join(fixture.root, "gone")] })).rejects.toMatchObject({
    kind: "sandboxUnavailable",
  });
});

test("a worktree whose .git was repointed is not opened", async () => {
  const link = join(other.worktree, ".git");
  const profile = { checkout: other, access: "rw", readable: [], env: {} } as const;
  const original = readFileSync(link, "utf8");
  for (const change of [
    () => writeFileSync(link, `gitdir: ${checkout.gitDir}\n`),
    () => symlinkSync(`${home}/.ssh/id_ed25519`, link),
    () => {},
  ]) {
    unlinkSync(link);
    change();
    await expect(fixture.sandbox.open(profile)).rejects.toMatchObject({
      kind: "sandboxUnavailable",
    });
    writeFileSync(link, original, { flag: "a" });
    unlinkSync(link);
    writeFileSync(link, original);
  }
  await using box = await fixture.sandbox.open(profile);
  expect(await finish(box, other.worktree, "echo ok")).toMatchObject({ output: "ok\n" });
});
