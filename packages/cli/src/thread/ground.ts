import type { ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";

/** On what a slash command stands. */
export interface Ground {
  readonly daemon: HeddleClient;
  readonly threadId: ThreadId;
  /** Stops following the thread. */
  readonly leave: () => void;
  readonly confirm: (question: string) => Promise<boolean>;
  /** The lists of a terminal that is drawn; elsewhere the same commands print. */
  readonly lists?: {
    menu(): void;
    history(query: string): void;
    sidebar(thread: string): Promise<void> | void;
  };
}
