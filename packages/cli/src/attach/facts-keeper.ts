import type { ThreadEvent, ThreadFacts, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { Seldom } from "./seldom.ts";

const telling: ReadonlySet<ThreadEvent["type"]> = new Set([
  "turnUpdated",
  "turnCompleted",
  "turnsUndone",
  "itemCompleted",
]);

/** Keeps what `thread/status` says fresh. */
export class FactsKeeper {
  readonly #seldom: Seldom;
  latest: ThreadFacts | undefined;

  constructor(daemon: HeddleClient, threadId: ThreadId, changed: () => void) {
    this.#seldom = new Seldom(async () => {
      // Where the daemon is gone, what follows the thread says so.
      this.latest = await daemon.call("thread/status", { threadId }).catch(() => this.latest);
      changed();
    });
  }

  see({ type }: ThreadEvent): void {
    if (telling.has(type)) this.refresh();
  }

  refresh(): void {
    this.#seldom.ask();
  }
}
