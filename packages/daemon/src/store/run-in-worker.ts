import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { StoreTask, TaskResult } from "./tasks.ts";

/** Runs a task in a thread of its own, so that nobody waits for it. Rejects if the thread dies. */
export async function runInWorker(task: StoreTask): Promise<TaskResult> {
  const source = import.meta.url.endsWith(".ts");
  const entry = new URL(source ? "./store-worker.ts" : "./store-worker.js", import.meta.url);
  const execArgv = source ? ["--conditions=@heddle/source"] : [];
  const worker = new Worker(entry, { workerData: task, execArgv, env: {} });
  const [result] = (await once(worker, "message")) as [TaskResult];
  return result;
}
