import {
  Approval,
  DaemonError,
  type Item,
  type ItemId,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type ProjectId,
  type ResultOf,
  type Task,
  Thread,
  ThreadId,
  type Turn,
  usualPolicy,
} from "@heddle/protocol";
import { tipOf } from "../os/git-repository.ts";
import type { Page, PageRequest } from "../store/document-table.ts";
import { headOf, withHead } from "../store/item-table.ts";
import type { Store } from "../store/store.ts";
import type { Transaction } from "./journal.ts";
import type { LiveTexts } from "./live-texts.ts";
import type { Commit } from "./mutations.ts";
import { newestPlan } from "./phases/plans.ts";
import type { Projects } from "./projects.ts";
import type { Provisioning } from "./provisioning.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";
import { openTurns, refreshThread } from "./thread-status.ts";

/** Each thread leases ten ports from here on. */
const firstPort = 20_000;
const portsEach = 10;

const textRangeUnits = 256 * 1024;
const textRangeBytes = 512 * 1024;
/** Bytes of JSON in an answer of `thread/read`: together less than a frame. */
const itemsBytes = 512 * 1024;
const extrasBytes = 352 * 1024;
const lastLandings = 10;
const answeredStates = Approval.shape.state.options.filter((state) => state !== "pending");

export interface ThreadsOptions {
  readonly store: Store;
  readonly texts: LiveTexts;
  readonly projects: Projects;
  readonly tasks: Tasks;
  readonly provisioning: Provisioning;
}

/** What has to be known of a thread before it begins. */
export interface NewThread
  extends Pick<Thread, "title" | "target" | "baseCommit" | "policy">,
    Partial<Pick<Thread, "reviewId" | "forkedFrom" | "unlandedCommit">> {
  readonly project: Project;
  readonly taskId?: string | undefined;
}

/** Lines of work: how they begin, and what clients read of them. */
export class Threads {
  readonly #options: ThreadsOptions;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  async start(params: ParamsOf<Methods, "thread/start">, commit: Commit): Promise<Thread> {
    const prepared = await this.prepare(params);
    return commit((tx) => this.create(tx, prepared));
  }

  /** What `create` begins a thread with, on the tip of its target or at a given commit. */
  async prepare(params: ParamsOf<Methods, "thread/start">, at?: string): Promise<NewThread> {
    const { projects } = this.#options;
    const project = await projects.granted(params.projectId as ProjectId, "rw");
    const { gitCommonDir } = await projects.checkout(project);
    const target = params.target ?? project.settings.target ?? project.defaultTarget;
    const baseCommit = at ?? (await tipOf(gitCommonDir, target));
    if (baseCommit === undefined) {
      const message = `${project.name} has no branch ${target} to land on; name one with --target`;
      throw new DaemonError("notFound", message, { target });
    }
    const { title, policy, taskId } = params;
    return { project, title, policy: policy ?? usualPolicy, target, baseCommit, taskId };
  }

  /** A thread whose worktree begins at any commit of its project. */
  create(tx: Transaction, { project, taskId, ...given }: NewThread): Thread {
    const { store, tasks, provisioning } = this.#options;
    const task =
      taskId === undefined
        ? tasks.create(tx, { projectId: project.id, title: given.title })
        : taskOf(store, project.id, taskId);
    const thread = Thread.parse({
      id: newId(ThreadId),
      projectId: project.id,
      taskId: task.id,
      unlandedCommit: null,
      ...given,
      status: "provisioning",
      branch: null,
      worktree: null,
      portBase: this.#freePorts(),
      landedCommit: null,
      lastTurn: null,
      failure: null,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    tx.record({ type: "threadCreated", thread });
    tasks.setState(tx, task.id, "active");
    tx.afterCommit(() => provisioning.begin(thread.id));
    return thread;
  }

  /** Whether turns of the thread plan unless they say otherwise. */
  setPlanMode(tx: Transaction, threadId: ThreadId, planMode: boolean): Thread {
    const { store } = this.#options;
    refreshThread(tx, store, rows.thread(store, threadId).id, { planMode });
    return rows.thread(store, threadId);
  }

  list(
    { projectId, archived }: { projectId?: ProjectId | undefined; archived: boolean },
    request: PageRequest,
  ): Page<Thread> {
    const live = Thread.shape.status.options.filter((status) => status !== "archived");
    const status = archived ? undefined : live;
    return this.#options.store.threads.page({ project_id: projectId, status }, request, "newest");
  }

  row(threadId: ThreadId): Thread {
    return rows.thread(this.#options.store, threadId);
  }

  turns(threadId: ThreadId, request: PageRequest): Page<Turn> {
    const { id } = this.row(threadId);
    return this.#options.store.turns.page({ thread_id: id }, request, "newest");
  }

  /** A range of an item's text, as far as it has come. */
  readText({
    itemId,
    offset = 0,
    limit = textRangeUnits,
  }: ParamsOf<Methods, "item/read">): ResultOf<Methods, "item/read"> {
    const { store, texts } = this.#options;
    const whole = texts.peek(itemId as ItemId) || store.items.text(itemId);
    if (whole === undefined) throw new DaemonError("notFound", `no item ${itemId}`, { itemId });
    const range = whole.slice(offset, offset + limit);
    // The other half of a torn pair of surrogates comes with the next range.
    const torn = range.length > 1 && /[\ud800-\udbff]$/.test(range);
    const text = headOf(torn ? range.slice(0, -1) : range, textRangeBytes);
    return { text, offset, textLength: whole.length };
  }

  /** The thread with its newest items, as far as asked; of all as much as fits into a frame. */
  read(params: ParamsOf<Methods, "thread/read">): ResultOf<Methods, "thread/read"> {
    const { threadId, limit = 50 } = params;
    const { store } = this.#options;
    const thread = rows.thread(store, threadId);
    const { items, turns, hasOlder } = this.#itemPage(thread.id, limit, this.#border(params));
    const room = new Room(extrasBytes);
    const pending = room.of(store.approvals.where({ thread_id: threadId, state: "pending" }));
    const open = store.turns
      .where({ thread_id: threadId, state: openTurns })
      .filter(({ id }) => !turns.has(id));
    const unfinished = room.of(open);
    const landings = room.ofNewest(
      store.landings.where({ thread_id: threadId }).slice(-lastLandings),
    );
    const shown = new Set(items.map(({ id }) => id));
    const answered = store.approvals
      .where({ thread_id: threadId, turn_id: [...turns.keys()], state: answeredStates })
      .filter(({ itemId }) => shown.has(itemId));
    return {
      seq: store.events.seq(thread.id),
      thread,
      turns: [...turns.values(), ...unfinished].sort(byId),
      items,
      approvals: [...pending, ...room.ofNewest(answered)].sort(byId),
      landings,
      plan: newestPlan(store, thread.id) ?? null,
      comments: room.of(store.comments.where({ thread_id: threadId, state: "open" })),
      hasOlder,
    };
  }

  /**
   * Items below it are read, if one is asked for; `~` sorts behind an item, so that it is read too.
   */
  #border({ threadId, before, until }: ParamsOf<Methods, "thread/read">): string | undefined {
    if (until === undefined) return before;
    const { store } = this.#options;
    const last = store.items.find(until) ?? store.items.ofTurn(until).at(-1);
    if (last?.threadId === threadId) return `${last.id}~`;
    throw new DaemonError("notFound", `${threadId} has nothing called ${until}`, { until });
  }

  /** Items with their turns, as many as fit; but one at least, so that paging comes to an end. */
  #itemPage(threadId: ThreadId, limit: number, before: string | undefined): ItemPage {
    const { store, texts } = this.#options;
    const page: ItemPage = { items: [], turns: new Map(), hasOlder: false };
    const room = new Room(itemsBytes);
    for (const row of store.items.newest(threadId, before)) {
      const streamed = texts.peek(row.id);
      const item = streamed === "" ? row : withHead(row, streamed);
      const turn = page.turns.get(item.turnId) ?? store.turns.find(item.turnId);
      const added = turn && !page.turns.has(turn.id) ? [item, turn] : [item];
      const fits = page.items.length < limit && room.take(added);
      if (!fits && page.items.length > 0) {
        page.hasOlder = true;
        break;
      }
      page.items.unshift(item);
      if (turn) page.turns.set(turn.id, turn);
    }
    return page;
  }

  #freePorts(): number {
    const { store } = this.#options;
    const live = Thread.shape.status.options.filter((status) => status !== "archived");
    const taken = new Set(store.threads.where({ status: live }).map(({ portBase }) => portBase));
    let base = firstPort;
    while (taken.has(base)) base += portsEach;
    return base;
  }
}

function taskOf(store: Store, projectId: ProjectId, taskId: string): Task {
  const task = rows.task(store, taskId);
  if (task.projectId === projectId) return task;
  throw new DaemonError("invalidParams", `${taskId} is a task of another project`, { taskId });
}

interface ItemPage {
  readonly items: Item[];
  readonly turns: Map<string, Turn>;
  hasOlder: boolean;
}

/** What is left of so many bytes of JSON. */
class Room {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  take(value: unknown): boolean {
    const bytes = Buffer.byteLength(JSON.stringify(value));
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  /** Those that fit, the first ones first. */
  of<Row>(rows: readonly Row[]): Row[] {
    return rows.filter((row) => this.take(row));
  }

  /** Those that fit, the last ones first, in the order in which they came. */
  ofNewest<Row>(rows: readonly Row[]): Row[] {
    return this.of(rows.toReversed()).reverse();
  }
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}
