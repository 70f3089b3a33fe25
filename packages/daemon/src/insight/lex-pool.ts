import { once } from "node:events";
import type { Worker } from "node:worker_threads";
import type { LexAnswer, LexResult, LexStart } from "./lex-messages.ts";
import { FileNames, type Names } from "./names.ts";
import { startWorker } from "./start-worker.ts";

const batchFiles = 64;
/** A thread has the next batch at hand when it has done one. */
const batchesAhead = 2;

/** A file that was lexed in another thread, with its names numbered as here. */
export type LexedFile = LexResult & { readonly names?: FileNames };

export interface LexRequest {
  readonly paths: readonly string[];
  readonly names: Names;
  readonly onFiles: (files: readonly LexedFile[]) => void;
}

/** Threads that read and lex the files of one tree, for one request. */
export class LexPool implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  constructor(start: LexStart, threads: number) {
    this.#workers = Array.from({ length: threads }, () => startWorker("lex-worker", start));
    // Whoever waits for an answer hears of it; where nobody does it is of no matter.
    for (const worker of this.#workers) worker.on("error", () => undefined);
  }

  /** Rejects if one of the threads dies. */
  async lex(request: LexRequest): Promise<void> {
    const batches = batchesOf(request.paths);
    await Promise.all(this.#workers.map((worker) => runThread(worker, batches, request)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** A batch is a run of the list, so that its files are in the same folders. */
function batchesOf(paths: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let at = 0; at < paths.length; at += batchFiles) {
    batches.push(paths.slice(at, at + batchFiles));
  }
  return batches.reverse();
}

async function runThread(
  worker: Worker,
  batches: string[][],
  { names, onFiles }: LexRequest,
): Promise<void> {
  const numbers: number[] = [];
  let waiting = 0;
  const send = () => {
    const paths = batches.pop();
    if (!paths) return;
    worker.postMessage({ paths });
    waiting += 1;
  };
  for (let ahead = 0; ahead < batchesAhead; ahead += 1) send();
  while (waiting > 0) {
    const [answer] = (await once(worker, "message")) as [LexAnswer];
    waiting -= 1;
    send();
    onFiles(received(answer, numbers, names));
  }
}

/** Gives the thread's names our numbers; `numbers` holds those of all that it has sent. */
function received(answer: LexAnswer, numbers: number[], names: Names): LexedFile[] {
  if (answer.newNames !== "") {
    for (const name of answer.newNames.split("\n")) numbers.push(names.add(name));
  }
  let [at, pack] = [0, 0];
  return answer.results.map((result) => {
    if (!("body" in result)) return result;
    const length = answer.lengths[pack] ?? 0;
    const own = new FileNames(answer.packed.subarray(at, at + length)).renumbered(numbers);
    at += length;
    pack += 1;
    return { ...result, names: own };
  });
}
