import { type Actor, newId, type ProjectId, Task, TaskId } from "@heddle/protocol";
import type { Page, PageRequest } from "../store/document-table.ts";
import type { Store } from "../store/store.ts";
import type { Transaction } from "./journal.ts";
import { rows } from "./rows.ts";

/** Pieces of work; threads work on them. */
export class Tasks {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  create(
    tx: Transaction,
    { projectId, title, dependsOn = [] }: Pick<Task, "projectId" | "title"> & Partial<Task>,
  ): Task {
    rows.project(this.#store, projectId);
    const task = Task.parse({
      id: newId(TaskId),
      projectId,
      title,
      state: "open",
      source: sourceOf(tx.actor),
      dependsOn,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    tx.announce({ type: "taskChanged", task });
    return task;
  }

  setState(tx: Transaction, taskId: TaskId, state: Task["state"]): void {
    const task = this.#store.tasks.find(taskId);
    if (task === undefined || task.state === state) return;
    tx.announce({ type: "taskChanged", task: { ...task, state, updatedAt: tx.now } });
  }

  list(
    { projectId, state }: { projectId?: ProjectId | undefined; state?: Task["state"] | undefined },
    request: PageRequest,
  ): Page<Task> {
    return this.#store.tasks.page({ project_id: projectId, state }, request, "newest");
  }
}

function sourceOf({ kind }: Actor): Task["source"] {
  if (kind === "editor") return "editor";
  return kind === "daemon" ? "automation" : "user";
}
