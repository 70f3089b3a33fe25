import {
  Automation,
  AutomationId,
  automationDefaults,
  DaemonError,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type ProjectId,
  type ResultOf,
  type Run,
  type Trigger,
  type Work,
} from "@heddle/protocol";
import type { Clock } from "../../os/clock.ts";
import type { Page, PageRequest } from "../../store/document-table.ts";
import type { Store } from "../../store/store.ts";
import type { Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import type { CommitTriggers } from "./commits/commit-triggers.ts";
import type { RecipeList } from "./recipes/list.ts";
import { nextSlot } from "./schedule/due.ts";
import { fieldsOf, nextAfter, nextSlots } from "./schedule/next-after.ts";
import { warningsOf } from "./schedule/warnings.ts";
import type { Scheduler } from "./scheduler.ts";

type Of<Method extends keyof Methods> = ParamsOf<Methods, Method>;
type Answer<Method extends keyof Methods> = ResultOf<Methods, Method>;

export interface AutomationsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly projects: Projects;
  readonly recipes: RecipeList;
  readonly scheduler: Scheduler;
  readonly commits: Pick<CommitTriggers, "look">;
}

const shownRuns = 10;

/** Recurring tasks as people set them up. */
export class Automations {
  readonly #options: AutomationsOptions;

  constructor(options: AutomationsOptions) {
    this.#options = options;
  }

  async add(params: Of<"automation/add">, commit: Commit): Promise<Automation> {
    const { projects, recipes } = this.#options;
    const project = await projects.granted(params.projectId as ProjectId, "rw");
    const work = params.work as Work;
    await recipes.resolve(work, project);
    const added = commit((tx) => this.#add(tx, project, { ...params, work }));
    await this.#noteBranches(added);
    return added;
  }

  /** Whoever has the answer may commit: from then on it is news. */
  async #noteBranches({ projectId, trigger }: Automation): Promise<void> {
    if (trigger.type === "commit") await this.#options.commits.look(projectId);
  }

  #add(
    tx: Transaction,
    { id: projectId }: Project,
    { name, trigger, work, options = {} }: Omit<Of<"automation/add">, "projectId">,
  ): Automation {
    const known = this.#options.store.automations.where({ project_id: projectId });
    const wanted = name ?? (work.type === "recipe" ? work.recipe : work.prompt.slice(0, 60));
    if (name !== undefined && known.some((other) => other.name === name)) {
      const message = `the project has an automation ${name} already; name this one otherwise`;
      throw new DaemonError("conflict", message, { name });
    }
    const automation = Automation.parse({
      id: newId(AutomationId),
      projectId,
      name: freeName(wanted, known),
      trigger,
      work,
      options: { ...automationDefaults, ...options },
      paused: null,
      nextSlotAt: null,
      nextRunAt: null,
      failures: 0,
      lastState: null,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    this.#check(automation);
    const scheduled = { ...automation, ...nextSlot(automation, tx.now) };
    tx.announce({ type: "automationChanged", automation: scheduled });
    return scheduled;
  }

  list(projectId: ProjectId | undefined, request: PageRequest): Page<Automation> {
    return this.#options.store.automations.page({ project_id: projectId }, request, "oldest");
  }

  show(automationId: string): Answer<"automation/show"> {
    const { store } = this.#options;
    const automation = rows.automation(store, automationId);
    const page = { limit: shownRuns };
    const { data } = store.runs.page({ automation_id: automationId }, page, "newest");
    return { automation, runs: data };
  }

  async edit(
    { automationId, changes }: Of<"automation/edit">,
    commit: Commit,
  ): Promise<Automation> {
    const { store, projects, recipes } = this.#options;
    const { projectId } = rows.automation(store, automationId);
    const project = await projects.granted(projectId, "rw");
    if (changes.work) await recipes.resolve(changes.work as Work, project);
    const edited = commit((tx) => {
      const before = rows.automation(store, automationId);
      const { options, ...rest } = changes;
      const merged = { ...before, ...rest, options: { ...before.options, ...options } };
      const changed = Automation.parse({ ...merged, updatedAt: tx.now });
      this.#check(changed);
      return this.#put(tx, changed.paused ? changed : { ...changed, ...nextSlot(changed, tx.now) });
    });
    await this.#noteBranches(edited);
    return edited;
  }

  pause(tx: Transaction, { automationId, reason = "" }: Of<"automation/pause">): Automation {
    const automation = rows.automation(this.#options.store, automationId);
    return this.#put(tx, { ...automation, paused: { reason, at: tx.now, by: "user" } });
  }

  resume(tx: Transaction, automationId: string): Automation {
    const automation = rows.automation(this.#options.store, automationId);
    const resumed = { ...automation, paused: null, failures: 0 };
    return this.#put(tx, { ...resumed, ...nextSlot(resumed, tx.now) });
  }

  remove(tx: Transaction, automationId: string): void {
    const { store, scheduler } = this.#options;
    const { id, name } = rows.automation(store, automationId);
    for (const run of store.runs.openOf(id)) {
      scheduler.end(tx, run.id, { type: "cancelled", reason: "its automation was removed" });
    }
    for (const other of store.automations.where({ trigger: "after" })) {
      if (other.trigger.type !== "after" || other.trigger.automationId !== id) continue;
      const reason = `it came after ${name}, which was removed; give it another trigger`;
      this.#put(tx, { ...other, paused: { reason, at: tx.now, by: "user" } });
    }
    tx.announce({ type: "automationRemoved", automationId: id });
  }

  /** Removes a project's automations with their findings; says how many there were. */
  endWithProject(tx: Transaction, projectId: string): number {
    const { store } = this.#options;
    const all = store.automations.where({ project_id: projectId });
    for (const { id } of all) this.remove(tx, id);
    store.findings.removeOfProject(projectId);
    return all.length;
  }

  /** Begins a run now; one that would overlap is what the automation says of that. */
  async run({ automationId, recipe }: Of<"automation/run">, commit: Commit): Promise<Run> {
    const { store, projects } = this.#options;
    if ((automationId === undefined) === (recipe === undefined)) {
      const message = "name either an automation, or a recipe and its project";
      throw new DaemonError("invalidParams", message);
    }
    if (recipe === undefined) {
      const automation = rows.automation(store, automationId ?? "");
      return commit((tx) => this.#runNow(tx, automation));
    }
    const project = await projects.granted(recipe.projectId as ProjectId, "rw");
    const work = { type: "recipe", recipe: recipe.name } as const;
    await this.#options.recipes.resolve(work, project);
    return commit((tx) => {
      const known = store.automations
        .where({ project_id: project.id })
        .find((one) => one.work.type === "recipe" && one.work.recipe === recipe.name);
      const trigger = { type: "manual" } as const;
      return this.#runNow(tx, known ?? this.#add(tx, project, { trigger, work }));
    });
  }

  #runNow(tx: Transaction, automation: Automation): Run {
    const slot = `${tx.now}-${newId(AutomationId).slice(-12)}`;
    const run = this.#options.scheduler.claim(tx, automation, { trigger: "manual", slot });
    if (run) return run;
    throw new Error("a run that nobody else can claim was claimed");
  }

  history(
    { automationId, projectId, state }: Omit<Of<"automation/history">, "cursor" | "limit">,
    request: PageRequest,
  ): Page<Run> {
    const conditions = { automation_id: automationId, project_id: projectId, state };
    return this.#options.store.runs.page(conditions, request, "newest");
  }

  next({ automationId, schedule, count = 5 }: Of<"automation/next">): Answer<"automation/next"> {
    const { store, clock } = this.#options;
    const automation =
      automationId === undefined ? undefined : rows.automation(store, automationId);
    const trigger = schedule ?? automation?.trigger;
    if (trigger === undefined || !("cron" in trigger)) {
      const message = "only a schedule has slots; name an automation with one, or a schedule";
      throw new DaemonError("invalidParams", message);
    }
    const slots = nextSlots(trigger.cron, clock(), trigger.zone, count);
    return { slots, warnings: warningsOf(trigger, clock()) };
  }

  backfill(tx: Transaction, params: Of<"automation/backfill">): Answer<"automation/backfill"> {
    const { store, scheduler } = this.#options;
    const automation = rows.automation(store, params.automationId);
    const open = this.#withoutRun(automation, params, tx.now);
    const chosen = open.slice(0, params.max ?? 10);
    const runIds = chosen.flatMap((slotAt) => {
      const claim = { trigger: "backfill", slot: String(slotAt), slotAt } as const;
      return scheduler.claim(tx, automation, claim)?.id ?? [];
    });
    return { runIds, left: open.length - chosen.length };
  }

  /** Slots of the past that nothing ran for. */
  #withoutRun(
    { id, trigger }: Automation,
    { from, to }: Of<"automation/backfill">,
    now: number,
  ): number[] {
    if (trigger.type !== "schedule") {
      const message = "only a schedule has slots of the past; run this automation instead";
      throw new DaemonError("invalidParams", message);
    }
    const { store } = this.#options;
    const slots: number[] = [];
    for (let at: number | undefined = from - 1; slots.length < 1000; ) {
      at = nextAfter(trigger.cron, at, trigger.zone);
      if (at === undefined || at > Math.min(to, now)) break;
      const scheduled = store.runs.ofSlot(id, "schedule", String(at));
      const ran = scheduled && !["missed", "skipped", "cancelled"].includes(scheduled.state);
      if (!ran && !store.runs.ofSlot(id, "backfill", String(at))) slots.push(at);
    }
    return slots;
  }

  #put(tx: Transaction, automation: Automation): Automation {
    const changed = { ...automation, updatedAt: tx.now };
    tx.announce({ type: "automationChanged", automation: changed });
    return changed;
  }

  /** Refuses a schedule that never comes, and automations that follow one another in a circle. */
  #check(automation: Automation): void {
    const { store, clock, recipes } = this.#options;
    const { trigger, work, options } = automation;
    const finds = work.type === "recipe" && recipes.find(work.recipe) !== undefined;
    if (options.fixes > 0 && !finds) {
      const message = "only Heddle's own recipes say what would fix a finding; leave out `fixes`";
      throw new DaemonError("invalidParams", message);
    }
    if (trigger.type === "schedule") {
      fieldsOf(trigger.cron);
      if (nextAfter(trigger.cron, clock(), trigger.zone) !== undefined) return;
      throw new DaemonError("invalidParams", `\`${trigger.cron}\` never comes; name other days`);
    }
    const seen = new Set<string>([automation.id]);
    for (let at: Trigger = trigger; at.type === "after"; ) {
      if (seen.has(at.automationId)) {
        const message = "these automations would follow one another for ever; choose another one";
        throw new DaemonError("invalidParams", message);
      }
      seen.add(at.automationId);
      at = rows.automation(store, at.automationId).trigger;
    }
  }
}

function freeName(wanted: string, known: readonly Automation[]): string {
  const taken = new Set(known.map(({ name }) => name));
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? wanted : `${wanted}-${count}`;
    if (!taken.has(name)) return name;
  }
}
