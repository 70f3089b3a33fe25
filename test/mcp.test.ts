import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { McpServer, McpTransport } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exec, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const modules = fileURLToPath(new URL("../node_modules", import.meta.url));
const support = fileURLToPath(new URL("./support", import.meta.url));
const everything = join(modules, "@modelcontextprotocol/server-everything/dist/index.js");
const filesystem = join(modules, "@modelcontextprotocol/server-filesystem/dist/index.js");
const hostile = join(support, "hostile-mcp.mjs");
const done: Step = { text: "done" };

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon({
    config: "[mcp]\nstart_timeout_seconds = 20\ncall_timeout_seconds = 2",
  });
  project = await projectWith({
    everything: [everything],
    files: [filesystem, "."],
    bad: [hostile],
  });
});
afterAll(() => daemon[Symbol.asyncDispose]());

type Programs = Readonly<Record<string, readonly string[]>>;

/** A project whose servers were tested, and all of their tools approved. */
async function projectWith(programs: Programs): Promise<TestProject> {
  const made = await daemon.project();
  const client = await daemon.client();
  const projectId = made.project.id;
  for (const value of [modules, support]) {
    await client.call("project/grant", { projectId, resource: { kind: "toolchain", value } });
  }
  for (const [name, args] of Object.entries(programs)) {
    const { id } = await added(made, name, stdio(...args));
    const { server } = await client.call("mcp/test", { serverId: id });
    await approve(server);
  }
  return made;
}

const stdio = (...args: string[]): McpTransport => ({ type: "stdio", command: "node", args, env: [] });

async function added(
  { project }: TestProject,
  name: string,
  transport: McpTransport,
): Promise<McpServer> {
  const client = await daemon.client();
  return await client.call("mcp/add", { projectId: project.id, name, transport });
}

async function approve({ id, waiting }: McpServer): Promise<McpServer> {
  const tools = waiting.map(({ name, hash }) => ({ name, hash }));
  return await (await daemon.client()).call("mcp/approve", { serverId: id, tools });
}

async function serverNamed(name: string, { project }: TestProject): Promise<McpServer> {
  const client = await daemon.client();
  const { data } = await client.call("mcp/list", { projectId: project.id });
  const server = data.find((one) => one.name === name);
  if (server) return server;
  throw new Error(`no server ${name}`);
}

/** A response that calls a tool of a server. */
function call(tool: string, input: Readonly<Record<string, unknown>> = {}): Step {
  return { calls: [{ tool: `mcp__${tool}`, input }] };
}

const bad = (how: string, more: object = {}): Step => call("bad__act", { how, ...more });

/** What the model was told by its last calls, one after another. */
function results(thread: TestThread): string[] {
  const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
  return items.flatMap((item) =>
    item.type === "function_call_output" ? [String(item.output)] : [],
  );
}

function offered(thread: TestThread): string[] {
  const names = daemon.requestsOf(thread).at(-1)?.tools.map(({ name }) => String(name)) ?? [];
  return names.filter((name) => name.startsWith("mcp__"));
}

async function accept(thread: TestThread): Promise<void> {
  const { id: approvalId, hash } = await thread.pending();
  const answer = { type: "accept", scope: "once" } as const;
  await thread.client.call("approval/resolve", { approvalId, hash, answer });
}

describe("a server from npm", () => {
  test("answers the agent, in the box of its turn", async () => {
    const thread = await project.thread();
    await thread.say(steps(call("everything__get-sum", { a: 20, b: 22 }), done));
    expect(results(thread)).toEqual([expect.stringContaining("42")]);
    expect(thread.items("toolCall")).toMatchObject([
      { tool: "mcp__everything__get-sum", state: "completed", text: expect.stringContaining("42") },
    ]);
  });
});
