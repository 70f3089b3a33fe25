import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Answer, McpServer, Methods, ParamsOf } from "@heddle/protocol";
import type { Step } from "./steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./test-daemon.ts";
import type { TestThread } from "./test-thread.ts";

export const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const support = fileURLToPath(new URL(".", import.meta.url));
const packaged = join(modules, "@modelcontextprotocol");

/** Arguments of node that start a server: two from npm, and one that does what it should not. */
export const programs = {
  everything: [join(packaged, "server-everything/dist/index.js")],
  files: [join(packaged, "server-filesystem/dist/index.js"), "."],
  bad: [join(support, "hostile-mcp.mjs")],
} as const;

type Transport = ParamsOf<Methods, "mcp/add">["transport"];

export const accepted: Answer = { type: "accept", scope: "once" };
export const declined: Answer = { type: "decline" };

/** A daemon with projects that have MCP servers. */
export class McpArena implements AsyncDisposable {
  readonly daemon: TestDaemon;

  private constructor(daemon: TestDaemon) {
    this.daemon = daemon;
  }

  static async start(config = ""): Promise<McpArena> {
    return new McpArena(await startTestDaemon({ config }));
  }

  /** A project whose boxes can start servers; those that are named are added, and all of theirs approved. */
  async project(servers: Readonly<Record<string, readonly string[]>>): Promise<TestProject> {
    const made = await this.daemon.project();
    const client = await this.daemon.client();
    const projectId = made.project.id;
    for (const value of [modules, support]) {
      await client.call("project/grant", { projectId, resource: { kind: "toolchain", value } });
    }
    for (const [name, args] of Object.entries(servers)) {
      const { id } = await this.add(made, name, stdio(...args));
      await this.approve((await client.call("mcp/test", { serverId: id })).server);
    }
    return made;
  }

  async add({ project }: TestProject, name: string, transport: Transport): Promise<McpServer> {
    const client = await this.daemon.client();
    return await client.call("mcp/add", { projectId: project.id, name, transport });
  }

  async approve(
    { id, waiting }: McpServer,
    fits: (name: string) => boolean = () => true,
  ): Promise<McpServer> {
    const tools = waiting.filter(({ name }) => fits(name));
    const shown = tools.map(({ name, hash }) => ({ name, hash }));
    return await (await this.daemon.client()).call("mcp/approve", { serverId: id, tools: shown });
  }

  async server({ project }: TestProject, name: string): Promise<McpServer> {
    const client = await this.daemon.client();
    const { data } = await client.call("mcp/list", { projectId: project.id });
    const server = data.find((one) => one.name === name);
    if (server) return server;
    throw new Error(`there is no server ${name}`);
  }

  /** What the model was told by the calls of a thread, one after another. */
  results(thread: TestThread): string[] {
    const items = this.daemon.requestsOf(thread).at(-1)?.items ?? [];
    return items.flatMap(({ type, output }) =>
      type === "function_call_output" ? [String(output)] : [],
    );
  }

  /** The tools of MCP servers that the model was offered last. */
  offered(thread: TestThread): string[] {
    const tools = this.daemon.requestsOf(thread).at(-1)?.tools ?? [];
    return tools.map(({ name }) => name).filter((name) => name.startsWith("mcp__"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
  }
}

export function stdio(...args: readonly string[]): Transport {
  return { type: "stdio", command: "node", args: [...args], env: [] };
}

/** A response that calls a tool, by what stands behind `mcp__` in its name. */
export function call(tool: string, input: Readonly<Record<string, unknown>> = {}): Step {
  return { calls: [{ tool: `mcp__${tool}`, input }] };
}

/** A response that makes the hostile server do something. */
export function bad(how: string, more: Readonly<Record<string, unknown>> = {}): Step {
  return call("bad__act", { how, ...more });
}

/** Answers what a thread asks now, and settles with what it was. */
export async function answer(thread: TestThread, given: Answer) {
  const approval = await thread.pending();
  const { id: approvalId, hash } = approval;
  await thread.client.call("approval/resolve", { approvalId, hash, answer: given });
  await thread.until(({ approvals }) =>
    approvals.find(({ id, state }) => id === approvalId && state !== "pending"),
  );
  return approval;
}
