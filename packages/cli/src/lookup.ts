import { type Approval, DaemonError, type Project, type Thread, type Turn } from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { isFullId, pick } from "./names.ts";

/** Threads, newest first; with `archived` those too. */
export async function listThreads(
  daemon: HeddleClient,
  { archived = false, projectId }: { archived?: boolean; projectId?: string | undefined } = {},
): Promise<Thread[]> {
  const filter = projectId === undefined ? {} : { projectId };
  const threads = await listAll(daemon, "thread/list", filter);
  if (!archived) return threads;
  const all = await listAll(daemon, "thread/list", { ...filter, archived: true });
  const byId = new Map([...threads, ...all].map((thread) => [thread.id, thread]));
  return [...byId.values()].sort((a, b) => b.createdAt - a.createdAt);
}

/** The id of the thread that the user names; archived ones are found by their id in full. */
export async function findThread(daemon: HeddleClient, given: string): Promise<Thread["id"]> {
  if (isFullId(given)) return given as Thread["id"];
  const threads = await listThreads(daemon, { archived: true });
  const candidates = threads.map(({ id, branch, title, status }) => ({
    id,
    names: branch === null ? [] : [branch, branch.replace(/^heddle\//, "")],
    label: `${branch ?? status}  ${title}`,
    archived: status === "archived",
  }));
  const live = candidates.filter(({ archived }) => !archived);
  try {
    return pick("thread", given, live).id;
  } catch (error) {
    if (!(error instanceof DaemonError) || error.kind !== "notFound") throw error;
    return pick("thread", given, candidates).id;
  }
}

/** The id of the turn of a thread that the user names, however long ago it was. */
export async function findTurn(
  daemon: HeddleClient,
  threadId: Thread["id"],
  given: string,
): Promise<Turn["id"]> {
  if (isFullId(given)) return given as Turn["id"];
  const turns = await listAll(daemon, "turn/list", { threadId });
  const candidates = turns.map(({ id, summary }) => ({ id, names: [], label: summary ?? "" }));
  return pick("turn", given, candidates).id;
}

export async function findProject(daemon: HeddleClient, given: string): Promise<Project> {
  const projects = await listAll(daemon, "project/list");
  const candidates = projects.map((project) => ({
    id: project.id,
    names: [project.name, project.path],
    label: `${project.name}  ${project.path}`,
    project,
  }));
  return pick("project", given, candidates).project;
}

/** A pending approval. Only those are listed, so an answered one is not found. */
export async function findApproval(daemon: HeddleClient, given: string): Promise<Approval> {
  const approvals = await listAll(daemon, "approval/list");
  const candidates = approvals.map((approval) => ({
    id: approval.id,
    names: [],
    label: approval.reason,
    approval,
  }));
  try {
    return pick("approval", given, candidates).approval;
  } catch (error) {
    if (!(error instanceof DaemonError)) throw error;
    const hint = "it may have been answered; `heddle approvals` lists those that wait";
    throw new DaemonError("notFound", `no pending approval is called ${given}`, { hint });
  }
}
