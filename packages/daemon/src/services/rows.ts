import {
  type Automation,
  DaemonError,
  type Finding,
  type McpServer,
  type Project,
  type Run,
  type Task,
  type Thread,
  type Turn,
} from "@heddle/protocol";
import type { Store } from "../store/store.ts";

/** Rows by id, or `notFound` with the id that was asked for. */
export const rows = {
  project: (store: Store, id: string): Project => store.projects.find(id) ?? missing("project", id),
  task: (store: Store, id: string): Task => store.tasks.find(id) ?? missing("task", id),
  thread: (store: Store, id: string): Thread => store.threads.find(id) ?? missing("thread", id),
  turn: (store: Store, id: string): Turn => store.turns.find(id) ?? missing("turn", id),
  automation: (store: Store, id: string): Automation =>
    store.automations.find(id) ?? missing("automation", id),
  run: (store: Store, id: string): Run => store.runs.find(id) ?? missing("run", id),
  mcpServer: (store: Store, id: string): McpServer =>
    store.mcpServers.find(id) ?? missing("MCP server", id),
  finding: (store: Store, id: string): Finding => store.findings.find(id) ?? missing("finding", id),
};

function missing(what: string, id: string): never {
  throw new DaemonError("notFound", `no ${what} ${id}`, { id });
}
