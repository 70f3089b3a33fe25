import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accepted, answer, call, McpArena, programs } from "./support/mcp.ts";
import { type Step, steps } from "./support/steps.ts";
import type { TestProject } from "./support/test-daemon.ts";

const done: Step = { text: "done" };
const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));
const key = "mcp-key-of-the-canary";

/** A place that hears requests and answers none of them well. */
const heard: (string | undefined)[] = [];
const vault = createServer(({ headers }, response) => {
  heard.push(headers.authorization);
  response.writeHead(302, { location: "http://127.0.0.1:1/stolen" }).end();
});

let arena: McpArena;
let project: TestProject;
let server: ChildProcess;
let host: string;
let vaultHost: string;
beforeAll(async () => {
  host = `127.0.0.1:${await freePort()}`;
  vault.listen(0, "127.0.0.1");
  await once(vault, "listening");
  vaultHost = `127.0.0.1:${(vault.address() as AddressInfo).port}`;
  const env = { PATH: process.env.PATH, PORT: host.split(":")[1] };
  server = spawn(process.execPath, [programs.everything[0], "streamableHttp"], { env });
  arena = await McpArena.start(`[network]\nallow_private = ["${host}", "${vaultHost}"]`);
  project = await arena.project({});
  await new Promise((resolve) => {
    server.stderr?.on("data", (data) => /listening/.test(String(data)) && resolve(undefined));
  });
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
  server.kill();
  vault.close();
});

async function freePort(): Promise<number> {
  const probe = createSocketServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function grant(value: string): Promise<void> {
  const resource = { kind: "host", value } as const;
  const params = { projectId: project.project.id, resource };
  await (await arena.daemon.client()).call("project/grant", params);
}

function heddle(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof heddle>>>();
  const options = { env: arena.daemon.env, cwd: project.repository.path };
  const child = execFile(process.execPath, [program, "mcp", ...args], options, (_, out, err) =>
    resolve({ code: child.exitCode, out, err }),
  );
  return promise;
}

describe("a server by streamable HTTP", () => {
  test("is added, tested and approved on the command line, once its host is granted", async () => {
    expect(await heddle("add", "far", "--url", `http://${host}/mcp`)).toMatchObject({ code: 0 });
    const refused = await heddle("test", "far");
    expect(refused).toMatchObject({ code: 1, err: expect.stringContaining(`--host ${host}`) });
    await grant(host);
    const shown = await heddle("test", "far");
    expect(shown.out).toMatch(/^far is .*everything/);
    expect(shown.out).toMatch(/new: echo/);
    expect(shown.err).toMatch(/nothing was approved/);
    const approved = await heddle("test", "far", "--tool", "echo", "--yes");
    expect(approved.err).toMatch(/1 tool of far will be offered/);
    const listed = await heddle("list");
    expect(listed.out).toMatch(/far +this project +1 approved, \d+ to approve +http/);
  });

  test("is asked before a call leaves the machine, and not from a plan turn at all", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(call("far__echo", { message: "over there" }), done));
    const { subject } = await answer(thread, accepted);
    expect(subject).toMatchObject({ type: "mcpTool", server: "far", host });
    await thread.ended(turn.id);
    expect(arena.results(thread)).toEqual([expect.stringContaining("over there")]);
    const planning = await project.thread();
    await planning.send(steps(done), { mode: "plan" });
    await planning.until(() => arena.daemon.requestsOf(planning).length > 0);
    expect(arena.offered(planning)).toEqual([]);
  });

  test("gets its key from a file that is named, and a redirect does not carry it away", async () => {
    const file = join(arena.daemon.root, "key");
    writeFileSync(file, `${key}\n`, { mode: 0o600 });
    await grant(vaultHost);
    await heddle("add", "vault", "--url", `http://${vaultHost}/mcp`, "--key-file", file);
    const { code, err } = await heddle("test", "vault");
    expect(code).toBe(1);
    expect(heard).toEqual([`Bearer ${key}`]);
    expect(`${err}${arena.daemon.log()}`).not.toContain(key);
    const removed = await heddle("remove", "vault");
    expect(removed).toMatchObject({ code: 0, err: "removed vault\n" });
  });
});
