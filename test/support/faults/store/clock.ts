import { exec, faulty, steps } from "../../steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "../../test-daemon.ts";
import { TurnedClock } from "../../turned-clock.ts";
import type { Fault } from "../fault.ts";

const dayMs = 24 * 3_600_000;
const farthestDays = 3650;
/** Approvals wait for one second. */
const config = "[approvals]\ndeadline_hours = 0.0003";

export const clockJump: Fault = {
  name: "a clock that jumps",
  promise: "approvals come to their default, retries go on, keys and the order of work hold",
  count: 30,
  shortCount: 1,
  run: async ({ count, random }) => {
    const figures = { jumps: count, back: 0, restarts: 0 };
    const broken: string[] = [];
    const clock = new TurnedClock();
    await using daemon = await startTestDaemon({ config, env: clock.env });
    const project = await daemon.project();
    for (let jump = 0; jump < count; jump += 1) {
      const days = (random() * 2 - 1) * farthestDays;
      const restarts = random() < 0.5;
      figures.back += Number(days < 0);
      figures.restarts += Number(restarts);
      const turn = () => clock.turn(days * dayMs);
      const found = await jumpOnce({ daemon, project, turn, restarts, name: `jump ${jump}` });
      broken.push(...found.map((what) => `jump ${jump} by ${Math.round(days)} days: ${what}`));
    }
    return { figures, broken };
  },
};

interface Jump {
  readonly daemon: TestDaemon;
  readonly project: TestProject;
  /** Turns the clock. */
  readonly turn: () => void;
  readonly restarts: boolean;
  readonly name: string;
}

async function jumpOnce({ daemon, project, turn, restarts, name }: Jump): Promise<string[]> {
  const client = await daemon.client();
  const { id: projectId } = project.project;
  const keyed = { projectId, title: name, idempotencyKey: `key of ${name}` };
  const task = await client.call("task/create", keyed);
  await using asking = await project.thread({ policy: "ask" });
  await using retrying = await project.thread();
  const asked = await asking.send(steps(exec("echo x > x.txt"), { text: "done" }));
  const retried = await retrying.send(faulty(`fault=503 turn=${name}`, { text: "done" }));
  await asking.pending();
  turn();
  if (restarts) {
    await daemon.kill9();
    await daemon.restart();
  }
  const found: string[] = [];
  for (const [thread, id] of [
    [asking, asked.id],
    [retrying, retried.id],
  ] as const) {
    const { state } = await thread.ended(id);
    if (state !== "done") found.push(`a turn ended ${state}`);
  }
  const [approval] = asking.view.approvals;
  if (approval?.state !== "expired") found.push(`the approval is ${approval?.state}`);
  const again = await client.call("task/create", keyed);
  if (again.id !== task.id) found.push("a repeated call was taken for a new one");
  const next = await retrying.say("[[say n=1]]");
  const order = (await retrying.read()).turns.map(({ id }) => id);
  if (order.join() !== [retried.id, next.id].join()) found.push("turns are in another order");
  for (const thread of [asking, retrying]) {
    await client.call("thread/archive", { threadId: thread.id });
  }
  return found;
}
