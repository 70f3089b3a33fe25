import {
  type Budget,
  DaemonError,
  type Mode,
  newId,
  type Part,
  type Plan,
  type Thread,
  Turn,
  TurnId,
  type TurnReport,
} from "@heddle/protocol";
import { runTurn } from "../agent/loop.ts";
import { isReadOnly } from "../agent/phases/phase.ts";
import { leaveOff, type TurnOutcome } from "../agent/turn-host.ts";
import { readCommits } from "../os/git-objects.ts";
import { headOf, type RepositoryPaths, readIdentity } from "../os/git-repository.ts";
import type { Checkouts } from "./checkouts.ts";
import { commitTurn, type Snapshot } from "./git/commits.ts";
import { type Models, neverAsked, type TurnModel } from "./models.ts";
import { reportOn } from "./phases/plan-report.ts";
import type { Projects } from "./projects.ts";
import { rows } from "./rows.ts";
import { isDetached } from "./thread-status.ts";
import { type HostServices, ServiceTurnHost } from "./turn-host.ts";
import { firstMessage } from "./turn-messages.ts";

export interface WorkServices extends HostServices {
  readonly projects: Projects;
  readonly models: Models;
  readonly checkouts: Checkouts;
}

export interface TurnResult {
  readonly outcome: TurnOutcome;
  /** The commit of what it changed. */
  readonly commit?: string | undefined;
  /** What it made of its plan. */
  readonly report?: TurnReport | undefined;
}

/** Runs a turn in its thread's worktree and commits what it changed. */
export async function workOn(
  services: WorkServices,
  turn: Turn,
  { signal, closed }: { signal: AbortSignal; closed: () => void },
): Promise<TurnResult> {
  const { store, projects, checkouts } = services;
  const thread = rows.thread(store, turn.threadId);
  refuseUnusable(thread);
  const [project, checkout, found] = await Promise.all([
    projects.granted(thread.projectId, "rw"),
    checkouts.of(thread),
    meansOf(services, turn, signal),
  ]);
  if (found === undefined) return { outcome: { state: "interrupted" } };
  const subject = { turn, thread, project, checkout, closed, ...found };
  await using host = new ServiceTurnHost(services, subject);
  const said = await runTurn(host);
  await host.mcp.endServers();
  closed();
  const leftOff = signal.reason === leaveOff && said.state === "interrupted";
  const hasEnd = host.hadEffects || turn.plan !== null;
  if (leftOff || isReadOnly(turn.mode) || !hasEnd) return { outcome: said };
  // Somebody may have taken the worktree away meanwhile.
  await checkouts.of(thread);
  const facts = { turn, checkout, checks: host.checks };
  if (!host.hadEffects) return { outcome: said, report: await reportOn(services, facts) };
  const tree = await host.finalTree({ isDone: said.state === "done" });
  await using _ = tree.index;
  const outcome = (await host.isProven(tree)) ? said : unproven(said);
  const report = await reportOn(services, { ...facts, tree: tree.tree });
  const made = await commitOf(services, { turn, thread, checkout, outcome, tree });
  const commit = made ?? (host.resumed ? await earlierCommit(checkout, turn.id) : undefined);
  return { outcome, commit, report };
}

/** Work that is done is proven by its very tree. */
function unproven(outcome: TurnOutcome): TurnOutcome {
  if (outcome.state !== "done") return outcome;
  const why = "Files have changed after they were checked.";
  return { state: "doneUnverified", summary: `${outcome.summary}\n\n${why}` };
}

/** Throws for a thread that takes no turns. One that is cut off may have been mended by now. */
export function refuseUnusable(thread: Thread): void {
  const { id, status, failure } = thread;
  if (status === "archived") {
    throw new DaemonError("threadArchived", `${id} is archived; start a new thread`, { id });
  }
  if (failure && !isDetached(thread)) {
    throw new DaemonError("conflict", `${id} has no worktree: ${failure.message}`, { id });
  }
}

/**
 * A turn's model; nothing where it could not be reached since the turn was given up. A turn that an
 * earlier daemon has begun to change files in, and whose model or plan is gone, ends with what it
 * has done.
 */
async function meansOf(
  { store, models, plans }: WorkServices,
  turn: Turn,
  signal: AbortSignal,
): Promise<(TurnModel & { signal: AbortSignal }) | undefined> {
  try {
    plans.refuseStale(turn);
    return { ...(await models.ofTurn(turn.model, signal)), signal };
  } catch (error) {
    if (signal.aborted) return undefined;
    const begun = store.checkpoints.find(turn.id) !== undefined;
    if (!begun || !(error instanceof DaemonError)) throw error;
    return { ...neverAsked(turn.model), signal: AbortSignal.abort(error) };
  }
}

const noUsage: Turn["usage"] = {
  requests: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  costUsd: null,
};

/** A turn that waits in its thread's queue. */
export function newTurn(
  asked: Pick<Turn, "threadId" | "model"> & {
    mode: Mode;
    effort: string | undefined;
    budget: Budget | undefined;
    plan: Plan | undefined;
  },
  now: number,
): Turn {
  return Turn.parse({
    id: newId(TurnId),
    state: "queued",
    ...asked,
    plan: asked.plan ? { id: asked.plan.id, hash: asked.plan.hash } : null,
    effort: asked.effort ?? null,
    budget: asked.budget ?? null,
    proof: null,
    summary: null,
    commit: null,
    failure: null,
    retryAt: null,
    usage: noUsage,
    createdAt: now,
    startedAt: null,
    interruptedAt: null,
    completedAt: null,
  });
}

interface Finished {
  readonly turn: Turn;
  readonly thread: Thread;
  readonly checkout: RepositoryPaths;
  readonly outcome: TurnOutcome;
  readonly tree: Snapshot;
}

async function commitOf(
  { store, sandbox }: WorkServices,
  { turn, thread, checkout, outcome, tree }: Finished,
): Promise<string | undefined> {
  const author = readIdentity(checkout.gitCommonDir);
  author.catch(() => {});
  const input = firstMessage(store, turn)?.input ?? [];
  const message = commitMessage(input, thread.title, "summary" in outcome ? outcome.summary : "");
  const ids = { threadId: thread.id, turnId: turn.id };
  const made = await commitTurn(sandbox.git, checkout, { message, author, ...ids }, tree);
  return made?.commit;
}

/** The commit of a turn whose daemon was stopped right after it. */
async function earlierCommit(
  checkout: RepositoryPaths,
  turnId: TurnId,
): Promise<string | undefined> {
  const { commit } = await headOf(checkout);
  const [head] = await readCommits(checkout.gitCommonDir, [commit]);
  return head?.message.includes(`Heddle-Turn: ${turnId}`) ? commit : undefined;
}

/** The user's words on the first line, the agent's report below. */
function commitMessage(input: readonly Part[], title: string, summary: string): string {
  const text = input.find((part) => part.type === "text")?.text.trim() || title;
  const line = text.split("\n")[0] ?? title;
  const subject = line.length > 72 ? `${line.slice(0, 71).trimEnd()}…` : line;
  return summary === "" ? subject : `${subject}\n\n${summary}`;
}
