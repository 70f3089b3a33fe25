import { parentPort, workerData } from "node:worker_threads";
import { runTask, type StoreTask } from "./tasks.ts";

// The entry of a worker thread: one task, one answer, and the end.
parentPort?.postMessage(runTask(workerData as StoreTask));
