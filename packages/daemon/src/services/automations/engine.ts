import type { ThreadId } from "@heddle/protocol";
import { Automations } from "./automations.ts";
import { CommitTriggers } from "./commits/commit-triggers.ts";
import { Inbox } from "./inbox.ts";
import { Pulse, startPacemaker } from "./pacemaker.ts";
import { RecipeList } from "./recipes/list.ts";
import { Scheduler, type SchedulerOptions } from "./scheduler.ts";
import { ThreadRuns, type ThreadRunsOptions } from "./thread-runs.ts";

export interface EngineOptions
  extends Omit<SchedulerOptions, "maxRuns">,
    Omit<ThreadRunsOptions, "recipes" | "scheduler"> {
  /** Where the user's own recipes for all projects are. */
  readonly configDirectory: string;
}

/** So many runs are at work at once. */
const maxRuns = 4;

/** All that runs by itself. Disposing leaves the runs off; the next daemon goes on with them. */
export class AutomationEngine implements AsyncDisposable {
  readonly automations: Automations;
  readonly inbox: Inbox;
  readonly #options: EngineOptions;
  readonly #scheduler: Scheduler;
  readonly #runs: ThreadRuns;
  readonly #commits: CommitTriggers;
  #pacemaker: Disposable | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    const recipes = new RecipeList(options.configDirectory);
    this.#scheduler = new Scheduler({ ...options, maxRuns });
    const common = { ...options, recipes, scheduler: this.#scheduler };
    this.#runs = new ThreadRuns(common);
    this.#commits = new CommitTriggers(common);
    this.automations = new Automations({ ...common, commits: this.#commits });
    this.inbox = new Inbox(options);
  }

  unattendedMs(threadId: ThreadId): number | undefined {
    return this.#runs.unattendedMs(threadId);
  }

  /** Goes on with what an earlier daemon left, and begins to run what is due. */
  start(): void {
    const { clock, logError } = this.#options;
    this.#scheduler.start(this.#runs);
    this.#runs.putAwayLeft();
    this.#commits.start();
    const nextDue = () => this.#scheduler.nextDue();
    const pulse = new Pulse({ clock, steady: () => performance.now(), nextDue });
    const sweep = () => {
      this.#scheduler.sweep().then(
        () => this.#scheduler.launch(),
        (error: unknown) => logError("what is due could not be claimed", { error }),
      );
    };
    this.#pacemaker = startPacemaker(pulse, sweep, () => this.#wakeInbox());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#pacemaker?.[Symbol.dispose]();
    this.#scheduler.stop();
    await this.#commits[Symbol.asyncDispose]();
    await this.#runs.close();
  }

  #wakeInbox(): void {
    const { clock, logError } = this.#options;
    try {
      this.inbox.wake(clock());
    } catch (error) {
      logError("snoozed findings could not be shown", { error });
    }
  }
}
