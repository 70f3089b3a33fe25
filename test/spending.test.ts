import type { PolicyScope } from "@heddle/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon({
    config: '[prices."local/scripted"]\ninput = 1000\noutput = 1000\n',
  });
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const read: Step = { calls: [{ tool: "read_file", input: { path: "README.md" } }] };
const reads = steps(...Array.from({ length: 7 }, () => read), { text: "done" });

/** A thread under a policy of its own. */
async function under(text: string): Promise<TestThread> {
  const thread = await project.thread();
  const scope: PolicyScope = { type: "thread", threadId: thread.id };
  const { hash } = await thread.client.call("policy/set", { scope, text });
  await thread.client.call("policy/set", { scope, text, hash });
  return thread;
}

async function answer(thread: TestThread, type: "accept" | "decline") {
  const { id: approvalId, hash } = await thread.pending();
  await thread.client.call("approval/resolve", { approvalId, hash, answer: { type } });
  await thread.until(({ approvals }) =>
    approvals.find(({ id, state }) => id === approvalId && state !== "pending"),
  );
}

test("what never may be spent ends the turn before the next request, and names the rule", async () => {
  const thread = await under("Never spend more than $0.01 in one turn");
  const { failure, state } = await thread.say(reads);
  expect({ failure, state }).toEqual({
    state: "failed",
    failure: {
      kind: "budgetSpent",
      message: expect.stringMatching(
        /^the policy forbids it: Never spend more than \$0\.01 in one turn\. \$[\d.]+ were spent; .* send a message to go on$/,
      ),
      details: {
        what: "the money of a rule",
        words: "Never spend more than $0.01 in one turn.",
      },
    },
  });
  expect(daemon.requestsOf(thread)).toHaveLength(1);
});

test("a limit of the thread lets no further turn begin", async () => {
  const thread = await under("Never spend more than $0.01 in one thread");
  await thread.say(reads);
  expect(await thread.say(reads)).toMatchObject({
    state: "failed",
    failure: {
      message: expect.stringMatching(/change the rule with `heddle policy set` to go on$/),
    },
  });
  expect(daemon.requestsOf(thread)).toHaveLength(1);
});

test("what has to be asked about is asked before the next request, and once a threshold", async () => {
  const thread = await under("Ask before spending more than $4 in one turn");
  const turn = await thread.send(reads);
  const { kind, subject, reason } = await thread.pending();
  expect({ kind, reason }).toEqual({
    kind: "effect",
    reason: "Ask before spending more than $4 in one turn.",
  });
  expect(subject).toEqual({
    type: "spending",
    overUsd: 4,
    per: "turn",
    spentUsd: expect.any(Number),
  });
  const asked = daemon.requestsOf(thread).length;
  expect(asked).toBeLessThan(4);
  await answer(thread, "accept");
  const { approvals } = await thread.until(({ approvals, turns }) =>
    approvals.length > 1 || turns.some(({ id, completedAt }) => id === turn.id && completedAt)
      ? thread.view
      : undefined,
  );
  const [first, second] = approvals.map(({ subject: about }) =>
    about.type === "spending" ? about.spentUsd : Number.NaN,
  );
  expect(second).toBeGreaterThan((first ?? Number.NaN) + 4);
  expect(daemon.requestsOf(thread).length).toBeGreaterThan(asked + 1);
  await answer(thread, "decline");
  expect(await thread.ended(turn.id)).toMatchObject({
    state: "failed",
    failure: {
      kind: "budgetSpent",
      message: expect.stringMatching(/^declined: the user does not want this: Ask before spending/),
    },
  });
});

test("what was spent since the last approval counts from each approval on", async () => {
  const thread = await under("Ask before spending more than $0.01");
  const turn = await thread.send(steps(read, read, { text: "done" }));
  await answer(thread, "accept");
  await answer(thread, "accept");
  expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
  expect(thread.view.approvals).toHaveLength(2);
});

test("a turn that waits for it goes on waiting after the daemon was killed", async () => {
  const thread = await under("Ask before spending more than $0.01 in one turn");
  const turn = await thread.send(steps(read, { text: "done" }));
  const { id, hash } = await thread.pending();
  await daemon.kill9();
  await daemon.restart();
  expect(await thread.pending()).toMatchObject({ id, hash });
  await answer(thread, "accept");
  expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
});
