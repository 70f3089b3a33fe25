import type { Automation, ProjectId } from "@heddle/protocol";
import ignore from "ignore";
import type { Clock } from "../../../os/clock.ts";
import { branchesInOperation } from "../../../os/git-operations.ts";
import { listRefs } from "../../../os/git-refs.ts";
import { RefWatch } from "../../../os/ref-watch.ts";
import type { Store } from "../../../store/store.ts";
import { type DaemonNotice, daemonActor, type Journal } from "../../journal.ts";
import type { Projects } from "../../projects.ts";
import { newRun } from "../claims.ts";
import type { Scheduler } from "../scheduler.ts";
import { type BranchChange, changeOf, describeChange } from "./branch-changes.ts";
import { isOwnWork, originOf } from "./origin.ts";

export interface CommitTriggersOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly projects: Projects;
  readonly scheduler: Scheduler;
  readonly logError: (message: string, details: Record<string, unknown>) => void;
}

type CommitAutomation = Automation & {
  trigger: Extract<Automation["trigger"], { type: "commit" }>;
};

interface Watched extends Disposable {
  /** A look that goes on, and whether another one is wanted after it. */
  looking: Promise<void> | undefined;
  again: boolean;
  /** When each branch got its present tip, as far as it was seen to change. */
  readonly since: Map<string, { commit: string; at: number }>;
}

const heldAgainMs = 1000;

/**
 * Starts runs for new tips of branches. It compares the tips with those that each automation has
 * dealt with, whenever something may have changed; so it sees the last tip, whatever led to it.
 */
export class CommitTriggers implements AsyncDisposable {
  readonly #options: CommitTriggersOptions;
  readonly #watched = new Map<ProjectId, Promise<Watched | undefined>>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(options: CommitTriggersOptions) {
    this.#options = options;
  }

  start(): void {
    const { store, journal } = this.#options;
    journal.onDaemonEvent((notice) => this.#hear(notice));
    for (const { projectId } of store.automations.where({ trigger: "commit" })) {
      this.#refresh(projectId);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    const all = await Promise.all(this.#watched.values());
    for (const watched of all) watched?.[Symbol.dispose]();
    await Promise.all(all.map((watched) => watched?.looking));
  }

  /** Settles once the branches of a project have been compared. */
  async look(projectId: ProjectId): Promise<void> {
    const watched = await this.#watched.get(projectId);
    if (watched === undefined || this.#stopped) return;
    if (watched.looking) {
      watched.again = true;
      return await watched.looking;
    }
    watched.looking = this.#lookUntilDone(projectId, watched);
    await watched.looking;
  }

  async #lookUntilDone(projectId: ProjectId, watched: Watched): Promise<void> {
    try {
      do {
        watched.again = false;
        await this.#compare(projectId, watched);
      } while (watched.again && !this.#stopped);
    } catch (error) {
      this.#options.logError("branches could not be compared", { projectId, error });
    } finally {
      watched.looking = undefined;
    }
  }

  #hear({ event }: DaemonNotice): void {
    if (this.#stopped) return;
    if (event.type === "automationChanged" && event.automation.trigger.type === "commit") {
      this.#refresh(event.automation.projectId);
    }
    if (event.type === "automationRemoved" || event.type === "projectRemoved") {
      for (const projectId of this.#watched.keys()) this.#refresh(projectId);
    }
    const freed = event.type === "runChanged" && event.run.endedAt !== null;
    if (freed && this.#watched.has(event.run.projectId)) void this.look(event.run.projectId);
  }

  /** Watches a project while an automation needs it. */
  #refresh(projectId: ProjectId): void {
    const needed = this.#automationsOf(projectId).length > 0;
    const present = this.#watched.get(projectId);
    if (!needed && present !== undefined) {
      this.#watched.delete(projectId);
      void present.then((watched) => watched?.[Symbol.dispose]());
    }
    if (!needed || this.#stopped) return;
    if (present === undefined) this.#watched.set(projectId, this.#watch(projectId));
    void this.look(projectId);
  }

  #automationsOf(projectId: ProjectId): CommitAutomation[] {
    return this.#options.store.automations
      .where({ project_id: projectId, trigger: "commit" })
      .filter((one): one is CommitAutomation => one.trigger.type === "commit" && !one.paused);
  }

  async #watch(projectId: ProjectId): Promise<Watched | undefined> {
    try {
      const gitCommonDir = await this.#gitCommonDir(projectId);
      const watch = new RefWatch({ gitCommonDir, changed: () => void this.look(projectId) });
      const dispose = () => watch[Symbol.dispose]();
      return { looking: undefined, again: false, since: new Map(), [Symbol.dispose]: dispose };
    } catch (error) {
      this.#options.logError("a project could not be watched", { projectId, error });
      this.#later(() => {
        this.#watched.delete(projectId);
        this.#refresh(projectId);
      }, 60_000);
      return undefined;
    }
  }

  async #gitCommonDir(projectId: ProjectId): Promise<string> {
    const { projects } = this.#options;
    const project = await projects.granted(projectId, "ro");
    return (await projects.checkout(project)).gitCommonDir;
  }

  async #compare(projectId: ProjectId, watched: Watched): Promise<void> {
    const gitCommonDir = await this.#gitCommonDir(projectId);
    const refs = await listRefs(gitCommonDir, "refs/heads/");
    const tips = new Map(refs.map(({ ref, commit }) => [ref.slice("refs/heads/".length), commit]));
    this.#notice(tips, watched);
    const held = branchesInOperation(gitCommonDir);
    for (const automation of this.#automationsOf(projectId)) {
      await this.#compareFor(automation, { gitCommonDir, tips, held, watched });
    }
  }

  #notice(tips: ReadonlyMap<string, string>, { since }: Watched): void {
    const at = this.#options.clock();
    for (const [branch, commit] of tips) {
      if (since.get(branch)?.commit !== commit) since.set(branch, { commit, at });
    }
  }

  async #compareFor(
    automation: CommitAutomation,
    { gitCommonDir, tips, held, watched }: Looked,
  ): Promise<void> {
    const { store } = this.#options;
    const known = store.branchTips.of(automation.id);
    // Whatever was there before the automation is no news.
    if (known.size === 0) return this.#takeNote(automation, tips);
    this.#forgetDeleted(automation, known, tips);
    const { branches, debounceMs } = automation.trigger;
    const wanted = ignore().add(branches);
    // A branch that begins where another one is has nothing new.
    const tipsKnown = new Set(known.values());
    for (const [branch, commit] of tips) {
      if (known.get(branch) === commit || isOurs(branch) || !wanted.ignores(branch)) continue;
      const quietMs = this.#options.clock() - (watched.since.get(branch)?.at ?? 0);
      const waitMs = held.has(branch) ? heldAgainMs : debounceMs - quietMs;
      if (waitMs > 0) {
        this.#later(() => void this.look(automation.projectId), waitMs);
        continue;
      }
      const before = known.get(branch);
      if (before === undefined && tipsKnown.has(commit)) {
        this.#takeNote(automation, new Map([[branch, commit]]));
        continue;
      }
      await this.#changed(automation, await changeOf(gitCommonDir, { branch, before, commit }));
    }
  }

  #takeNote({ id }: CommitAutomation, tips: ReadonlyMap<string, string>): void {
    const { store, journal } = this.#options;
    journal.write(daemonActor, () => {
      for (const [branch, commit] of tips) store.branchTips.put(id, branch, commit);
    });
  }

  #forgetDeleted(
    { id }: CommitAutomation,
    known: ReadonlyMap<string, string>,
    tips: ReadonlyMap<string, string>,
  ): void {
    const { store, journal } = this.#options;
    const deleted = [...known.keys()].filter((branch) => !tips.has(branch));
    if (deleted.length === 0) return;
    journal.write(daemonActor, () => {
      for (const branch of deleted) store.branchTips.remove(id, branch);
    });
  }

  /** Claims a run for a new tip; while another run goes on, the tip waits. */
  async #changed({ id }: CommitAutomation, change: BranchChange): Promise<void> {
    const { store, journal, scheduler } = this.#options;
    const { branch, commit, tree } = change;
    journal.write(daemonActor, (tx) => {
      const automation = store.automations.find(id);
      if (automation === undefined || automation.paused) return;
      const waits = ["skip", "bufferOne"].includes(automation.options.overlap);
      if (waits && store.runs.lookingOf(id).length > 0) return;
      store.branchTips.put(id, branch, commit);
      if (!touches(automation as CommitAutomation, change)) return;
      // What was looked at once is the same on any branch, and under any message.
      if (store.runs.ofSlot(id, "commit", tree)) return;
      const origin = originOf(store, automation.projectId, commit);
      const subject = { branch, commit, tree, change: describeChange(change) };
      const claim = {
        trigger: "commit",
        slot: tree,
        commit: subject,
        originRunId: origin,
      } as const;
      if (!isOwnWork(store, id, origin)) return void scheduler.claim(tx, automation, claim);
      const reason = "it is work of this automation's own that landed";
      const run = newRun(tx, automation, claim, { state: "skipped", reason });
      tx.announce({ type: "runChanged", run });
    });
  }

  #later(run: () => void, ms: number): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms).unref();
    this.#timers.add(timer);
  }
}

interface Looked {
  readonly gitCommonDir: string;
  readonly tips: ReadonlyMap<string, string>;
  readonly held: ReadonlySet<string>;
  readonly watched: Watched;
}

/** The branches of threads move with every turn; what lands of them is seen on its target. */
function isOurs(branch: string): boolean {
  return branch.startsWith("heddle/");
}

function touches({ trigger }: CommitAutomation, { paths }: BranchChange): boolean {
  if (trigger.paths.length === 0 || paths === undefined) return true;
  const wanted = ignore().add(trigger.paths);
  return paths.some((path) => wanted.ignores(path));
}
