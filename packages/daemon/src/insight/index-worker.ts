import { parentPort } from "node:worker_threads";
import { DaemonError } from "@heddle/protocol";
import { HeldIndex } from "./held-index.ts";
import type { IndexError, IndexReply, IndexRequest } from "./index-messages.ts";

// The entry of the thread that holds the indexes of projects and answers what is asked about them.
const held = new Map<string, HeldIndex>();

function reply(message: IndexReply): void {
  parentPort?.postMessage(message);
}

function indexOf(database: string): HeldIndex {
  const index = held.get(database) ?? new HeldIndex(database);
  held.set(database, index);
  return index;
}

async function answer({ id, database, call }: IndexRequest): Promise<void> {
  try {
    const say = (done: number, total: number) => reply({ id, type: "progress", done, total });
    reply({ id, type: "result", result: await indexOf(database).call(call, say) });
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

parentPort?.on("message", (request: IndexRequest) => void answer(request));
