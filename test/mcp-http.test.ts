import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accepted, answer, call, McpArena, modules, programs } from "./support/mcp.ts";
import { type Step, steps } from "./support/steps.ts";
import type { TestProject } from "./support/test-daemon.ts";

const done: Step = { text: "done" };
const oauthExample = join(
  modules,
  "@modelcontextprotocol/sdk/dist/esm/examples/server/simpleStreamableHttp.js",
);
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
let servers: ChildProcess[];
let host: string;
let vaultHost: string;
/** A server with an authorization server beside it, which asks nobody. */
let guarded: string;
let guard: string;
beforeAll(async () => {
  host = `127.0.0.1:${await freePort()}`;
  vault.listen(0, "127.0.0.1");
  await once(vault, "listening");
  vaultHost = `127.0.0.1:${(vault.address() as AddressInfo).port}`;
  [guarded, guard] = [`localhost:${await freePort()}`, `localhost:${await freePort()}`];
  const [PORT, MCP_PORT, MCP_AUTH_PORT] = [host, guarded, guard].map(portOf);
  servers = await Promise.all([
    serve([programs.everything[0], "streamableHttp"], { PORT }),
    serve([oauthExample, "--oauth"], { MCP_PORT, MCP_AUTH_PORT }),
  ]);
  const allowed = JSON.stringify([host, vaultHost, guarded, guard]);
  arena = await McpArena.start(`[network]\nallow_private = ${allowed}`);
  project = await arena.project({});
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
  for (const server of servers) server.kill();
  vault.close();
});

const portOf = (place: string) => place.split(":")[1];

/** Settles once it listens. */
async function serve(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = spawn(process.execPath, args, { env: { PATH: process.env.PATH, ...env } });
  for (const output of [server.stdout, server.stderr]) {
    output.on(
      "data",
      (data) => /MCP Streamable HTTP Server listening/.test(String(data)) && resolve(),
    );
  }
  await promise;
  return server;
}

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

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], ended: (how: Ended) => void): ChildProcess {
  const options = { env: arena.daemon.env, cwd: project.repository.path };
  const child = execFile(process.execPath, [program, "mcp", ...args], options, (_, out, err) =>
    ended({ code: child.exitCode, out, err }),
  );
  return child;
}

function heddle(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => void start(args, resolve));
}

/** Logs in as a person does whose browser follows where it is sent. */
function login(name: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = start(["login", name], resolve);
    child.stderr?.on("data", (said) => {
      const url = /http:\/\/\S+authorize\S+/.exec(String(said))?.[0];
      if (url !== undefined) void fetch(url);
    });
  });
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

  test("that wants a login says so, and is logged in to by a browser", async () => {
    await grant(guarded);
    await heddle("add", "guarded", "--url", `http://${guarded}/mcp`);
    const before = await heddle("test", "guarded");
    expect(before).toMatchObject({ code: 78, err: expect.stringContaining("heddle mcp login") });
    const elsewhere = await heddle("login", "guarded");
    expect(elsewhere.err).toContain(`heddle project grant --host ${guard}`);
    await grant(guard);
    expect(await login("guarded")).toMatchObject({ code: 0 });
    expect((await heddle("test", "guarded")).out).toMatch(/new: greet/);
    const { id, loggedInAt } = await arena.server(project, "guarded");
    expect(loggedInAt).not.toBeNull();
    const kept = join(arena.daemon.paths.state, "mcp", `${id}.json`);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    const { access_token } = JSON.parse(readFileSync(kept, "utf8")).tokens;
    expect(arena.daemon.log()).not.toContain(access_token);
    await heddle("remove", "guarded");
    expect(existsSync(kept)).toBe(false);
  });

  test("takes no answer to a login that was not begun so", async () => {
    await grant(guarded);
    await grant(guard);
    const client = await arena.daemon.client();
    const transport = { type: "http", url: `http://${guarded}/mcp` } as const;
    const { id: serverId } = await arena.add(project, "forged", transport);
    const redirectUrl = "http://127.0.0.1:9/callback";
    const { authorizationUrl } = await client.call("mcp/login", { serverId, redirectUrl });
    expect(authorizationUrl).toContain(encodeURIComponent(redirectUrl));
    const forged = { serverId, code: "code", state: "state" };
    await expect(client.call("mcp/finishLogin", forged)).rejects.toMatchObject({
      kind: "conflict",
    });
  });
});
