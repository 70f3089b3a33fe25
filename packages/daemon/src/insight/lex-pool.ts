import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { LexAnswer, LexResult, LexStart } from "./lex-messages.ts";
import { FileNames, type Names } from "./names.ts";

const batchFiles = 64;
/** A thread has the next batch at hand when it has done one. */
const batchesAhead = 2;

/** A file that was lexed in another thread, with its names numbered as here. */
export type LexedFile = LexResult & { readonly names?: FileNames };

export interface LexInThreads extends LexStart {
  readonly paths: readonly string[];
  readonly threads: number;
  readonly names: Names;
  readonly onFiles: (files: readonly LexedFile[]) => void;
}

/** Reads and lexes files in threads of their own. Rejects if one of them dies. */
export async function lexInThreads(options: LexInThreads): Promise<void> {
  const batches = batchesOf(options.paths);
  const count = Math.min(options.threads, batches.length);
  await Promise.all(Array.from({ length: count }, () => runThread(batches, options)));
}

/** A batch is a run of the list, so that its files are in the same folders. */
function batchesOf(paths: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let at = 0; at < paths.length; at += batchFiles) {
    batches.push(paths.slice(at, at + batchFiles));
  }
  return batches.reverse();
}

async function runThread(batches: string[][], options: LexInThreads): Promise<void> {
  const { root, algorithm, known, names, onFiles } = options;
  const worker = startWorker({ root, algorithm, known });
  const numbers: number[] = [];
  let waiting = 0;
  const send = () => {
    const paths = batches.pop();
    if (!paths) return;
    worker.postMessage({ paths });
    waiting += 1;
  };
  try {
    for (let ahead = 0; ahead < batchesAhead; ahead += 1) send();
    while (waiting > 0) {
      const [answer] = (await once(worker, "message")) as [LexAnswer];
      waiting -= 1;
      send();
      onFiles(received(answer, numbers, names));
    }
  } finally {
    await worker.terminate();
  }
}

function startWorker(start: LexStart): Worker {
  const source = import.meta.url.endsWith(".ts");
  const entry = new URL(source ? "./lex-worker.ts" : "./lex-worker.js", import.meta.url);
  const execArgv = source ? ["--conditions=@heddle/source"] : [];
  return new Worker(entry, { workerData: start, execArgv, env: {} });
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
