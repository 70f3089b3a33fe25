import { setTimeout as delay } from "node:timers/promises";
import type { Automation, Project, Run, Trigger } from "@heddle/protocol";
import { type Fixture, makeRepository } from "../../../os/repository-fixture.test.support.ts";
import type { Projects } from "../../projects.ts";
import { Automations } from "../automations.ts";
import { RecipeList } from "../recipes/list.ts";
import { projectId, World } from "../world.test.support.ts";
import { CommitTriggers } from "./commit-triggers.ts";

type CommitTrigger = Extract<Trigger, { type: "commit" }>;

const patienceMs = 20_000;

/** A repository, an automation for its commits, and what runs of it ended well so far. */
export class Place implements AsyncDisposable {
  readonly repository: Fixture;
  readonly world = new World("2026-03-02T08:00:00Z");
  readonly automation: Automation;
  readonly triggers: CommitTriggers;
  readonly automations: Automations;

  private constructor(repository: Fixture, trigger: Partial<CommitTrigger>) {
    this.repository = repository;
    const { store, journal, scheduler } = this.world;
    const usual: CommitTrigger = { type: "commit", branches: ["*"], paths: [], debounceMs: 0 };
    this.automation = this.world.add({ ...usual, ...trigger });
    const projects = {
      granted: async () => ({ id: projectId }) as Project,
      checkout: async () => repository.checkout,
    } as unknown as Projects;
    const clock = () => this.world.now;
    const logError = (message: string, details: object) => {
      throw new Error(message, { cause: details });
    };
    this.triggers = new CommitTriggers({ store, journal, clock, projects, scheduler, logError });
    const recipes = new RecipeList("/nowhere");
    const commits = this.triggers;
    this.automations = new Automations({ store, clock, projects, recipes, scheduler, commits });
  }

  static async open(trigger: Partial<CommitTrigger> = {}): Promise<Place> {
    const place = new Place(await makeRepository(), trigger);
    place.triggers.start();
    await place.triggers.look(projectId);
    return place;
  }

  /** The runs that some work led to, once the watcher itself has noticed the last tip. */
  async after(work: () => void): Promise<string[]> {
    const before = new Set(this.world.runs(this.automation).map(({ id }) => id));
    work();
    const deadline = performance.now() + patienceMs;
    while (!this.#settled()) {
      if (performance.now() > deadline) throw new Error("the last tip was not noticed");
      await delay(5);
    }
    return this.world
      .runs(this.automation)
      .filter(({ id }) => !before.has(id))
      .map(({ commit }) => `${commit?.branch} ${commit?.change}`);
  }

  /** Ends what runs; then whether every branch was dealt with as it is. */
  #settled(): boolean {
    for (const run of this.world.store.runs.open()) this.world.end(run);
    const known = this.world.store.branchTips.of(this.automation.id);
    const tips = this.repository.git(
      "for-each-ref",
      "--format=%(refname:short) %(objectname)",
      "refs/heads",
    );
    const own = tips.split("\n").filter((line) => !line.startsWith("heddle/"));
    return (
      known.size === own.length &&
      own.every((line) => {
        const [branch = "", commit] = line.split(" ");
        return known.get(branch) === commit;
      })
    );
  }

  last(): Run | undefined {
    return this.world.runs(this.automation).at(-1);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.triggers[Symbol.asyncDispose]();
    this.repository[Symbol.dispose]();
  }
}
