import type { Answer, Approval, PlanContent } from "@heddle/protocol";
import { type Step, steps } from "./steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./test-daemon.ts";
import type { TestThread } from "./test-thread.ts";

/** The check of the project that plans are made for. */
export const check = "! grep -rqsw bad --include=*.ts .";
export const code = "export const one = 1;\n\nexport const two = 2;\n";
const files = { "src/a.ts": code, "README.md": "# Sample\n", "CHANGELOG.md": "# Changes\n" };

export const content: PlanContent = {
  goal: "Add a third number.",
  steps: ["Add the number", "Tell of it"],
  files: ["src/**", "README.md"],
  checks: ["test -s src/b.ts"],
  lineBudget: 10,
  risks: ["None that is known"],
  openQuestions: [],
};

export const call = (tool: string, input: unknown): Step => ({ calls: [{ tool, input }] });
export const propose = (plan: PlanContent = content): Step => call("propose_plan", plan);
export const finish = call("finish", { summary: "All is done." });

/** A response that says how far each step of the plan is. */
export function setPlan(...statuses: string[]): Step {
  const plan = statuses.map((status, at) => ({ step: content.steps[at], status }));
  return call("update_plan", { plan });
}

export async function resolve(
  thread: TestThread,
  { id, hash }: Approval,
  answer: Answer,
): Promise<void> {
  await thread.client.call("approval/resolve", { approvalId: id, hash, answer });
}

/** A daemon with a project that has a check, and threads with approved plans in it. */
export class PlanArena implements AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly project: TestProject;

  private constructor(daemon: TestDaemon, project: TestProject) {
    this.daemon = daemon;
    this.project = project;
  }

  static async start(): Promise<PlanArena> {
    const daemon = await startTestDaemon();
    return new PlanArena(daemon, await daemon.project(files, { checks: [check] }));
  }

  /** The results that the model was given, oldest first. */
  results(thread: TestThread): string[] {
    const items = this.daemon.requestsOf(thread).at(-1)?.items ?? [];
    return items.flatMap(({ output }) => (output === undefined ? [] : [String(output)]));
  }

  /** A thread with an approved plan. */
  async planned(
    plan: PlanContent = content,
  ): Promise<{ readonly thread: TestThread; readonly hash: string }> {
    const thread = await this.project.thread();
    await thread.say(steps(propose(plan)), { mode: "plan" });
    const { hash } = await thread.client.call("plan/show", { threadId: thread.id });
    await thread.client.call("plan/approve", { threadId: thread.id, hash });
    return { thread, hash };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon[Symbol.asyncDispose]();
  }
}
