import type { DaemonEvent, Item, PlanContent, ThreadEvent, ThreadId } from "@heddle/protocol";
import type { Store } from "../store/store.ts";

/** Stores the rows that a thread's event carries. */
export function applyToTables(store: Store, event: ThreadEvent, wholeText?: string): void {
  switch (event.type) {
    case "threadCreated":
    case "threadUpdated":
      store.threads.put(event.thread);
      return;
    case "turnQueued":
    case "turnUpdated":
    case "turnCompleted":
      store.turns.put(event.turn);
      return;
    case "turnsUndone":
      removeTurns(store, event.turnIds);
      return;
    case "itemStarted":
    case "itemUpdated":
    case "itemCompleted":
      putItem(store, event.item, wholeText, event.type === "itemCompleted");
      return;
    case "approvalRequested":
    case "approvalResolved":
      store.approvals.put(event.approval);
      return;
    case "commentChanged":
      store.comments.put(event.comment);
      return;
    case "commentRemoved":
      store.comments.remove(event.commentId);
      return;
    case "planChanged":
      store.plans.put(event.plan);
      return;
    case "landingQueued":
    case "landingUpdated":
    case "landingCompleted":
      store.landings.put(event.landing);
      return;
  }
}

function putItem(store: Store, item: Item, wholeText: string | undefined, final: boolean): void {
  store.items.put(item);
  if ("text" in item) store.items.saveText(item.id, wholeText ?? item.text);
  const searchable = final ? searchText(item) : undefined;
  if (searchable) store.items.index(item, searchable);
}

function searchText(item: Item): string | undefined {
  if (item.type === "agentMessage") return item.text;
  if (item.type === "commandExecution" && item.by === "agent") return item.cmd;
  if (item.type === "plan" && item.proposal !== null) return planText(item.proposal);
  if (item.type === "reviewFinding") {
    const { title, body, path } = item.finding;
    return `${title}\n${path}\n${body}`;
  }
  // One that nobody read is completed again by the turn that reads it.
  if (item.type !== "userMessage" || item.state !== "completed") return undefined;
  return item.input.map((part) => (part.type === "text" ? part.text : part.path)).join("\n");
}

function planText({ goal, steps, files }: PlanContent): string {
  return [goal, ...steps, ...files].join("\n");
}

function removeTurns(store: Store, turnIds: readonly string[]): void {
  store.items.removeOfTurns(turnIds);
  store.history.removeOfTurns(turnIds);
  for (const turnId of turnIds) {
    for (const { id } of store.approvals.where({ turn_id: turnId })) store.approvals.remove(id);
    store.turns.remove(turnId);
  }
}

/** Stores what an event of the daemon-wide feed carries; threads have been stored by their own. */
export function applyDaemonEvent(store: Store, event: DaemonEvent): void {
  switch (event.type) {
    case "projectChanged":
      store.projects.put(event.project);
      return;
    case "projectRemoved":
      store.projects.remove(event.projectId);
      return;
    case "grantChanged":
      store.grants.put(event.grant);
      return;
    case "grantRemoved":
      store.grants.remove(event.grantId);
      return;
    case "taskChanged":
      store.tasks.put(event.task);
      return;
    case "automationChanged":
      store.automations.put(event.automation);
      return;
    case "automationRemoved":
      store.automations.removeWithRuns(event.automationId);
      return;
    case "runChanged":
      store.runs.put(event.run);
      return;
    case "runsPruned":
      for (const id of event.runIds) store.runs.remove(id);
      return;
    case "findingChanged":
      store.findings.put(event.finding);
      return;
    case "reviewChanged":
      store.reviews.put(event.review);
      return;
    case "policyChanged":
      store.policies.add(event.policy);
      return;
    case "mcpServerChanged":
      store.mcpServers.put(event.server);
      return;
    case "mcpServerRemoved":
      store.mcpServers.remove(event.serverId);
      return;
    case "threadChanged":
    case "approvalRequested":
    case "approvalResolved":
      return;
  }
}

/** The thread that an event belongs to. */
export function threadIdOf(store: Store, event: ThreadEvent): ThreadId {
  if ("thread" in event) return event.thread.id;
  if ("turn" in event) return event.turn.threadId;
  if ("item" in event) return event.item.threadId;
  if ("approval" in event) return event.approval.threadId;
  if ("landing" in event) return event.landing.threadId;
  if ("comment" in event) return event.comment.threadId;
  if ("threadId" in event) return event.threadId;
  if ("plan" in event) return event.plan.threadId;
  const turn = store.turns.find(event.turnIds[0] ?? "");
  if (turn === undefined) throw new Error("no turn was named to undo");
  return turn.threadId;
}
