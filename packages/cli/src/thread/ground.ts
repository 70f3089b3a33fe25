import type { Plan, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";

/** On what a slash command stands. */
export interface Ground {
  readonly daemon: HeddleClient;
  readonly threadId: ThreadId;
  /** Stops following the thread. */
  readonly leave: () => void;
  /** The plan as it was last shown here, which alone is decided on here. */
  readonly plan: { shown(): Plan | undefined; show(plan: Plan): void };
  readonly confirm: (question: string) => Promise<boolean>;
  /** Gives the terminal to another program while that works; nothing where it cannot be given. */
  readonly lend?: (work: () => Promise<void>) => Promise<void>;
  /** The lists of a terminal that is drawn; elsewhere the same commands print. */
  readonly lists?: {
    menu(): void;
    history(query: string): void;
    sidebar(thread: string): Promise<void> | void;
  };
}
