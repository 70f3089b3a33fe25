import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findScopes } from "./cgroup.ts";

/** Whatever controller this machine's cgroup v2 has, which need not be one that boxes use. */
const controllers = ["pids", "memory", "hugetlb", "misc"].filter(
  (name) => findScopes({ controllers: [name], limits: {} }).type === "scopes",
);
const rules = { controllers: controllers.slice(0, 1), limits: {} };

test.skipIf(controllers.length === 0)(
  "a scope takes a process and its children in, and goes when they have ended",
  async () => {
    const source = findScopes(rules);
    if (source.type === "none") throw new Error(source.reason);
    const scope = source.create();
    const child = spawn("sh", ["-c", "read _; sleep 60 & cat /proc/$!/cgroup; kill $!"]);
    scope.enter([child.pid ?? 0]);
    child.stdin.end("\n");
    const [said] = (await once(child.stdout, "data")) as [Buffer];
    expect(said.toString()).toContain(`${scope.path.split("/").at(-1)}\n`);
    await once(child, "close");
    expect(readFileSync(`${scope.path}/cgroup.procs`, "utf8")).toBe("");
    await scope[Symbol.asyncDispose]();
    expect(existsSync(scope.path)).toBe(false);
  },
);

test.skipIf(controllers.length === 0)("a limit that cannot be set leaves no scope behind", () => {
  const source = findScopes({ ...rules, limits: { "no.such.limit": "1" } });
  if (source.type === "none") throw new Error(source.reason);
  expect(() => source.create()).toThrow();
});

const processes = findScopes({ controllers: ["pids"], limits: { "pids.max": "16" } });

test.skipIf(processes.type === "none")(
  "the kernel starts no process beyond the limit",
  async () => {
    if (processes.type === "none") throw new Error(processes.reason);
    expect(processes.holds).toEqual(["pids"]);
    await using scope = processes.create();
    const forks = "read _; for n in $(seq 40); do sleep 60 & done";
    const child = spawn("dash", ["-c", forks], { stdio: ["pipe", "ignore", "pipe"] });
    scope.enter([child.pid ?? 0]);
    child.stdin.end("\n");
    const [exitCode] = await once(child, "exit");
    const started = readFileSync(`${scope.path}/cgroup.procs`, "utf8").trim().split("\n");
    for (const pid of started) process.kill(Number(pid), "SIGKILL");
    expect(exitCode).not.toBe(0);
    expect(started).toHaveLength(15);
  },
);

test("where there is no such controller, the reason is said", () => {
  const source = findScopes({ controllers: ["no-such-controller"], limits: {} });
  expect(source).toMatchObject({ type: "none", reason: expect.any(String) });
});
