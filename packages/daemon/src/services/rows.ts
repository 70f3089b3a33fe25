import { DaemonError, type Project, type Task, type Thread, type Turn } from "@heddle/protocol";
import type { Store } from "../store/store.ts";

/** Rows by id, or `notFound` with the id that was asked for. */
export const rows = {
  project: (store: Store, id: string): Project => store.projects.find(id) ?? missing("project", id),
  task: (store: Store, id: string): Task => store.tasks.find(id) ?? missing("task", id),
  thread: (store: Store, id: string): Thread => store.threads.find(id) ?? missing("thread", id),
  turn: (store: Store, id: string): Turn => store.turns.find(id) ?? missing("turn", id),
};

function missing(what: string, id: string): never {
  throw new DaemonError("notFound", `no ${what} ${id}`, { id });
}
