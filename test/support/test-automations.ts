import type { Automation, Finding, Methods, ParamsOf, Run } from "@heddle/protocol";
import { runEnded } from "@heddle/protocol";
import type { TestDaemon, TestProject } from "./test-daemon.ts";

type Add = Partial<ParamsOf<Methods, "automation/add">>;

/** Automations of one project, as a client sees them. */
export class TestAutomations {
  readonly #daemon: TestDaemon;
  readonly #project: TestProject;

  constructor(daemon: TestDaemon, project: TestProject) {
    this.#daemon = daemon;
    this.#project = project;
  }

  async add(more: Add): Promise<Automation> {
    const client = await this.#daemon.client();
    const trigger = { type: "manual" } as const;
    const work = { type: "prompt", prompt: "look around" } as const;
    const projectId = this.#project.project.id;
    return await client.call("automation/add", { projectId, trigger, work, ...more });
  }

  /** Runs a recipe by hand, to its end. */
  async recipe(name: string): Promise<Run> {
    const client = await this.#daemon.client();
    const projectId = this.#project.project.id;
    const { id } = await client.call("automation/run", { recipe: { projectId, name } });
    return await this.ended(id);
  }

  async runs(automation?: Automation): Promise<Run[]> {
    const client = await this.#daemon.client();
    const which = automation
      ? { automationId: automation.id }
      : { projectId: this.#project.project.id };
    const { data } = await client.call("automation/history", { ...which, limit: 500 });
    return data.reverse();
  }

  /** The first run that becomes as asked. */
  async until(fits: (run: Run) => boolean, patienceMs = 90_000): Promise<Run> {
    const client = await this.#daemon.client();
    const signal = AbortSignal.timeout(patienceMs);
    for await (const { event } of client.followDaemon({ afterSeq: 0, signal })) {
      if (event.type === "runChanged" && fits(event.run)) return event.run;
    }
    throw new Error("the feed ended");
  }

  async ended(id: Run["id"]): Promise<Run> {
    return await this.until((run) => run.id === id && runEnded(run.state));
  }

  async inbox(filter: ParamsOf<Methods, "inbox/list">["filter"] = {}): Promise<Finding[]> {
    const client = await this.#daemon.client();
    const projectId = this.#project.project.id;
    const { data } = await client.call("inbox/list", {
      filter: { projectId, ...filter },
      limit: 500,
    });
    return data.reverse();
  }
}
