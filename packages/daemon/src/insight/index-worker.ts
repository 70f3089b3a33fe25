import { parentPort, workerData } from "node:worker_threads";
import { DaemonError } from "@heddle/protocol";
import { isDamage } from "../store/database.ts";
import { openIndexStore, removeIndexStore } from "../store/index-store.ts";
import { allQueries } from "./all-queries.ts";
import type { BuiltIndex } from "./built-index.ts";
import type {
  IndexCall,
  IndexError,
  IndexReply,
  IndexRequest,
  IndexStart,
} from "./index-messages.ts";
import { indexVersion } from "./index-version.ts";
import { ProjectIndex } from "./project-index.ts";

// The entry of a thread that holds the index of a project and answers what is asked about it.
const { database } = workerData as IndexStart;
const progressEveryMs = 100;
const tidyAfterMs = 2_000;
let index = new ProjectIndex(openIndexStore(database, indexVersion));
let last: Promise<void> = Promise.resolve();
let tidying: NodeJS.Timeout | undefined;

function reply(message: IndexReply): void {
  parentPort?.postMessage(message);
}

async function run(id: number, call: IndexCall): Promise<unknown> {
  switch (call.type) {
    case "refresh": {
      let said = Date.now();
      const onProgress = (done: number, total: number) => {
        if (Date.now() - said < progressEveryMs) return;
        said = Date.now();
        reply({ id, type: "progress", done, total });
      };
      return await index.refresh({ root: call.root, listing: call.listing, onProgress });
    }
    case "change":
      return index.change(call.root, call.paths);
    case "keepTrees":
      return index.keepTrees(call.roots);
    case "ask": {
      const answer = allQueries[call.query] as (index: BuiltIndex, params: unknown) => unknown;
      return await answer(index.indexOf(call.root), call.params);
    }
  }
}

/** What is damaged is thrown away: it can be computed again. */
async function runTwice({ id, call }: IndexRequest): Promise<unknown> {
  try {
    return await run(id, call);
  } catch (error) {
    if (!isDamage(error)) throw error;
    index[Symbol.dispose]();
    removeIndexStore(database);
    index = new ProjectIndex(openIndexStore(database, indexVersion));
    return await run(id, call);
  }
}

async function answer(request: IndexRequest): Promise<void> {
  const { id } = request;
  try {
    reply({ id, type: "result", result: await runTwice(request) });
  } catch (error) {
    reply({ id, type: "error", error: toIndexError(error) });
  }
}

function toIndexError(error: unknown): IndexError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined };
  const { message, stack } = error;
  if (!(error instanceof DaemonError)) return { message, stack };
  return { message, stack, kind: error.kind, details: error.details };
}

/** What takes time and changes no answer is done when nobody has asked for a while. */
function tidyLater(): void {
  clearTimeout(tidying);
  tidying = setTimeout(() => index.tidy(), tidyAfterMs);
}

// One after the other: a question waits for the refresh before it.
parentPort?.on("message", (request: IndexRequest) => {
  clearTimeout(tidying);
  last = last.then(() => answer(request)).then(tidyLater);
});
