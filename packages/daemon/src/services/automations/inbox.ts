import {
  DaemonError,
  type Finding,
  type InboxFilter,
  type Methods,
  type ParamsOf,
  type ResultOf,
  type Thread,
} from "@heddle/protocol";
import type { PageRequest } from "../../store/document-table.ts";
import type { Store } from "../../store/store.ts";
import { daemonActor, type Journal, type Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import { rows } from "../rows.ts";
import type { Threads } from "../threads.ts";
import type { Turns } from "../turns.ts";
import { fixText, fixTitle } from "./fixes.ts";
import { reviewOf } from "./run-work.ts";

type Of<Method extends keyof Methods> = ParamsOf<Methods, Method>;
type Answer<Method extends keyof Methods> = ResultOf<Methods, Method>;

export interface InboxOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly threads: Threads;
  readonly turns: Turns;
}

/** So many findings are changed by one call at most. */
const bulkLimit = 500;

/** What waits to be triaged. */
export class Inbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
    options.journal.onThreadEvent(({ event }) => {
      if (event.type === "threadUpdated") this.#reviewed(event.thread);
    });
  }

  list(filter: InboxFilter, request: PageRequest): Answer<"inbox/list"> {
    const { findings } = this.#options.store;
    const page = findings.page(conditionsOf(filter), request, "newest");
    return { ...page, unread: findings.countUnread() };
  }

  show(tx: Transaction, findingId: string): Finding {
    const finding = rows.finding(this.#options.store, findingId);
    if (finding.inbox !== "unread") return finding;
    return put(tx, { ...finding, inbox: "read" });
  }

  /** Starts a thread, and tells it what was found. */
  async fix(findingId: string, commit: Commit): Promise<Answer<"inbox/fix">> {
    const { store, threads, turns } = this.#options;
    const { projectId, title, ...finding } = rows.finding(store, findingId);
    if (finding.kind === "run") {
      const message = `${findingId} is about a run, not about the code; see \`heddle automations history\``;
      throw new DaemonError("conflict", message, { findingId });
    }
    const text = fixText({ ...finding, title });
    const params = { projectId, title: fixTitle({ title }) };
    const prepared = await threads.prepare(params);
    return commit((tx) => {
      const { id: threadId } = threads.create(tx, prepared);
      turns.start(tx, { threadId, input: [{ type: "text", text }] });
      const row = rows.finding(store, findingId);
      return { finding: put(tx, { ...row, inbox: "read", threadId }), threadId };
    });
  }

  accept(tx: Transaction, { filter, reason, until }: Of<"inbox/accept">): Answer<"inbox/accept"> {
    const accepted = { reason, until: until ?? null, by: tx.actor.name, at: tx.now };
    return this.#change(tx, filter, (finding) => {
      if (finding.kind === "run") return undefined;
      return { ...finding, state: "accepted", inbox: "done", accepted };
    });
  }

  snooze(tx: Transaction, { filter, until }: Of<"inbox/snooze">): Answer<"inbox/snooze"> {
    if (until <= tx.now) throw new DaemonError("invalidParams", "snooze it until a later moment");
    const snoozed = { inbox: "snoozed", snoozedUntil: until } as const;
    return this.#change(tx, filter, (finding) => ({ ...finding, ...snoozed }));
  }

  done(tx: Transaction, { filter }: Of<"inbox/done">): Answer<"inbox/done"> {
    return this.#change(tx, filter, (finding) => ({ ...finding, inbox: "done" }));
  }

  /** Shows again what was snoozed, or accepted, until now. */
  wake(now: number): void {
    const { store, journal } = this.#options;
    const lapsed = store.findings.lapsed(now);
    if (lapsed.length === 0) return;
    journal.write(daemonActor, (tx) => {
      for (const finding of lapsed) put(tx, woken(finding));
    });
  }

  #change(
    tx: Transaction,
    filter: InboxFilter,
    change: (finding: Finding) => Finding | undefined,
  ): { changed: number; findings: Finding["id"][] } {
    if (Object.values(filter).every((value) => value === undefined)) {
      const message = "name findings, or a filter; nothing is changed for all of them at once";
      throw new DaemonError("invalidParams", message);
    }
    for (const id of filter.findingIds ?? []) rows.finding(this.#options.store, id);
    const chosen = this.#options.store.findings.where(conditionsOf(filter)).slice(0, bulkLimit);
    const changed = chosen.flatMap((finding) => change(finding) ?? []);
    return { changed: changed.length, findings: changed.map((finding) => put(tx, finding).id) };
  }

  /** Work that has landed, or was put away, waits for no review. */
  #reviewed({ id, projectId, landedCommit, status }: Thread): void {
    if (landedCommit === null && status !== "archived") return;
    const { store, journal } = this.#options;
    const waiting = store.findings
      .where({ project_id: projectId, fingerprint: reviewOf(id) })
      .filter(({ state }) => state !== "fixed");
    if (waiting.length === 0) return;
    journal.write(daemonActor, (tx) => {
      for (const finding of waiting) put(tx, { ...finding, state: "fixed", fixedAt: tx.now });
    });
  }
}

/** Named findings are found whatever their state; without any state only what needs somebody. */
function conditionsOf({ findingIds, projectId, automationId, ...filter }: InboxFilter) {
  const named = findingIds !== undefined;
  const asked = filter.state !== undefined || filter.inbox !== undefined;
  const usual = named || asked ? {} : { state: openStates, inbox: shownStates };
  return {
    id: findingIds,
    project_id: projectId,
    automation_id: automationId,
    severity: filter.severity,
    state: filter.state,
    inbox: filter.inbox,
    ...usual,
  };
}

const openStates: Finding["state"][] = ["new", "open", "reopened"];
const shownStates: Finding["inbox"][] = ["unread", "read"];

function put(tx: Transaction, finding: Finding): Finding {
  tx.announce({ type: "findingChanged", finding });
  return finding;
}

function woken(finding: Finding): Finding {
  if (finding.state !== "accepted") return { ...finding, inbox: "unread", snoozedUntil: null };
  return { ...finding, state: "reopened", inbox: "unread", accepted: null };
}
