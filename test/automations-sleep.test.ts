import { type Automation, type CatchUp, type Run, runEnded } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { steps } from "./support/steps.ts";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon } from "./support/test-daemon.ts";
import { TurnedClock } from "./support/turned-clock.ts";

const hourMs = 3_600_000;
const clock = new TurnedClock();
let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon({ env: clock.env });
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** Every change of a run so far, in order. */
async function changes(): Promise<Run[]> {
  const client = await daemon.client();
  const { events } = await client.call("daemon/subscribe", { afterSeq: 0 });
  await client.call("daemon/unsubscribe", {});
  return events.flatMap(({ event }) => (event.type === "runChanged" ? [event.run] : []));
}

/** How many runs were at work at once, at most. */
function busiest(all: readonly Run[]): number {
  const atWork = new Set<string>();
  const counts = all.map(({ id, state }) => {
    if (runEnded(state)) atWork.delete(id);
    else if (state !== "claimed") atWork.add(id);
    return atWork.size;
  });
  return Math.max(0, ...counts);
}

const trigger = { type: "schedule", cron: "0 * * * *", zone: "UTC" } as const;
const work = { type: "prompt", prompt: steps({ text: "looked", delayMs: 300 }) } as const;

test("slots that passed while the machine slept have one run once it wakes, four at a time", async () => {
  const automations = new TestAutomations(daemon, await daemon.project());
  const add = (name: string, catchUp: CatchUp["mode"]) => {
    const options = { jitter: false, catchUp: { mode: catchUp } };
    return automations.add({ name, trigger, work, options });
  };
  const done = ({ id }: Automation) =>
    automations.until((run) => run.automationId === id && runEnded(run.state));
  const hourly: Automation[] = [];
  for (let at = 0; at < 7; at += 1) hourly.push(await add(`hourly ${at}`, "one"));
  const strict = await add("strict", "none");
  const last = (strict.nextSlotAt ?? 0) + 2 * hourMs;
  // Three slots have passed by now, of which none is still on time.
  clock.turnTo(last + hourMs / 2);
  for (const one of [...hourly, strict]) await done(one);
  const told = async (one: Automation) =>
    (await automations.runs(one)).map(({ state, slotAt, slots }) => [state, slotAt, slots]);
  const madeUp = await Promise.all(hourly.map(told));
  expect(madeUp).toEqual(hourly.map(() => [["clean", last, 3]]));
  expect(await told(strict)).toEqual([["missed", last - 2 * hourMs, 3]]);
  expect(busiest(await changes())).toBe(4);
  // A clock that is set back shows the last slot again, which only who is new has not run for.
  clock.turnTo(last - hourMs / 60);
  const late = await add("late", "one");
  clock.turnTo(last + 1000);
  await done(late);
  expect(await told(late)).toEqual([["clean", last, 1]]);
  expect(await Promise.all(hourly.map(told))).toEqual(madeUp);
});
