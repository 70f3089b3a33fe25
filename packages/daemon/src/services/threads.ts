import {
  DaemonError,
  type ItemId,
  type Methods,
  newId,
  type ParamsOf,
  type ProjectId,
  type ResultOf,
  type Task,
  Thread,
  ThreadId,
} from "@heddle/protocol";
import { revParse } from "../os/git-objects.ts";
import type { Page, PageRequest } from "../store/document-table.ts";
import type { Store } from "../store/store.ts";
import type { LiveTexts } from "./live-texts.ts";
import type { Commit } from "./mutations.ts";
import type { Projects } from "./projects.ts";
import type { Provisioning } from "./provisioning.ts";
import { rows } from "./rows.ts";
import type { Tasks } from "./tasks.ts";

/** Each thread leases ten ports from here on. */
const firstPort = 20_000;
const portsEach = 10;

export interface ThreadsOptions {
  readonly store: Store;
  readonly texts: LiveTexts;
  readonly projects: Projects;
  readonly tasks: Tasks;
  readonly provisioning: Provisioning;
}

/** Lines of work: how they begin, and what clients read of them. */
export class Threads {
  readonly #options: ThreadsOptions;

  constructor(options: ThreadsOptions) {
    this.#options = options;
  }

  async start(params: ParamsOf<Methods, "thread/start">, commit: Commit): Promise<Thread> {
    const { store, projects, tasks, provisioning } = this.#options;
    const project = await projects.granted(params.projectId as ProjectId, "rw");
    const { gitCommonDir } = await projects.checkout(project);
    const target = params.target ?? project.settings.target ?? project.defaultTarget;
    const baseCommit = await revParse(gitCommonDir, `refs/heads/${target}`);
    if (baseCommit === undefined) {
      const message = `${project.name} has no branch ${target} to land on; name one with --target`;
      throw new DaemonError("notFound", message, { target });
    }
    return commit((tx) => {
      const task =
        params.taskId === undefined
          ? tasks.create(tx, { projectId: project.id, title: params.title })
          : taskOf(store, project.id, params.taskId);
      const thread = Thread.parse({
        id: newId(ThreadId),
        projectId: project.id,
        taskId: task.id,
        title: params.title,
        status: "provisioning",
        policy: params.policy ?? "workspace",
        target,
        branch: null,
        baseCommit,
        worktree: null,
        portBase: this.#freePorts(),
        landedCommit: null,
        failure: null,
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      tx.record({ type: "threadCreated", thread });
      tasks.setState(tx, task.id, "active");
      tx.afterCommit(() => provisioning.begin(thread.id));
      return thread;
    });
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

  /** The whole text of an item, as far as it has come. */
  itemText(itemId: ItemId): string | undefined {
    const { store, texts } = this.#options;
    return texts.peek(itemId) || store.items.text(itemId);
  }

  /** The thread with its newest items, as far as `before`; items that stream have their text so far. */
  read({
    threadId,
    before,
    limit = 50,
  }: ParamsOf<Methods, "thread/read">): ResultOf<Methods, "thread/read"> {
    const { store, texts } = this.#options;
    const thread = rows.thread(store, threadId);
    const items = store.items.tail(threadId, limit + 1, before);
    const streaming = new Map(
      texts.ofThread(thread.id).map(({ itemId, text }) => [itemId as string, text]),
    );
    return {
      seq: store.events.seq(thread.id),
      thread,
      turns: store.turns.where({ thread_id: threadId }),
      items: items.slice(-limit).map((item) => {
        const text = streaming.get(item.id);
        return text === undefined || !("text" in item)
          ? item
          : { ...item, text, textLength: text.length };
      }),
      approvals: store.approvals.where({ thread_id: threadId }),
      landings: store.landings.where({ thread_id: threadId }),
      hasOlder: items.length > limit,
    };
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
