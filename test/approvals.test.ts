import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const once = { type: "accept", scope: "once" } as const;

/** What the model was sent last: the result of its last call stands at the end. */
function lastResult(thread: TestThread): string {
  return JSON.stringify(daemon.requestsOf(thread).at(-1)?.items.at(-1));
}

describe("an approval", () => {
  test("takes the first answer of two clients, and tells the other who won", async () => {
    const thread = await project.thread({ policy: "ask" });
    const turn = await thread.send(steps(exec("echo asked > asked.txt"), { text: "done" }));
    const { id: approvalId, hash } = await thread.pending();
    using quick = await daemon.connect("quick", "cli");
    using late = await daemon.connect("late", "tray");
    const heard = nextResolved(late);
    await heard.listening;

    const answers = await Promise.all([
      quick.call("approval/resolve", { approvalId, hash, answer: once }),
      late.call("approval/resolve", { approvalId, hash, answer: { type: "decline" } }),
    ]);
    const [won, lost] = answers.toSorted((a, b) => Number(b.resolved) - Number(a.resolved));
    expect([won?.resolved, lost?.resolved]).toEqual([true, false]);
    expect(lost?.approval).toEqual(won?.approval);
    expect(await heard.approval).toEqual(won?.approval);
    expect(won?.approval).toMatchObject({
      state: answers[0]?.resolved ? "accepted" : "declined",
      answeredBy: answers[0]?.resolved
        ? { name: "quick", kind: "cli" }
        : { name: "late", kind: "tray" },
    });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    const again = await late.call("approval/resolve", { approvalId, hash, answer: once });
    expect(again).toEqual({ resolved: false, approval: won?.approval });
  });

  test("says exactly what will happen, and holds the turn until it is answered", async () => {
    const thread = await project.thread({ policy: "ask" });
    const turn = await thread.send(steps(exec("echo held > held.txt"), { text: "done" }));
    const approval = await thread.pending();
    const { worktree } = await thread.ready();
    expect(approval).toMatchObject({
      kind: "effect",
      subject: { type: "command", cmd: "echo held > held.txt", cwd: worktree, tty: false },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      state: "pending",
      answeredBy: null,
    });
    await thread.until(({ thread }) => thread.status === "waitingForApproval");
    expect((await thread.diff()).files).toEqual([]);
    const client = await daemon.client();
    expect((await client.call("approval/list", { threadId: thread.id })).data).toEqual([approval]);
    await client.call("approval/resolve", {
      approvalId: approval.id,
      hash: approval.hash,
      answer: once,
    });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["held.txt"]);
    expect((await client.call("approval/list", { threadId: thread.id })).data).toEqual([]);
  });

  test("is not answered by consent to something else", async () => {
    const thread = await project.thread({ policy: "ask" });
    await thread.send(steps(exec("true"), { text: "done" }));
    const { id: approvalId, hash } = await thread.pending();
    const resolve = (shown: string) =>
      thread.client.call("approval/resolve", { approvalId, hash: shown, answer: once });
    await expect(resolve("0".repeat(64))).rejects.toMatchObject({
      kind: "staleConsent",
      details: { hash },
    });
    expect((await thread.pending()).id).toBe(approvalId);
    expect(await resolve(hash)).toMatchObject({ resolved: true });
  });

  test("that is declined keeps the effect from happening, and the model learns why", async () => {
    const thread = await project.thread({ policy: "ask" });
    const turn = await thread.send(steps(addFile("new.txt", "new"), { text: "understood" }));
    const { id: approvalId, hash, subject } = await thread.pending();
    expect(subject).toMatchObject({ type: "patch", changes: [{ path: "new.txt", kind: "add" }] });
    const answer = { type: "decline", comment: "use old.txt instead" } as const;
    await thread.client.call("approval/resolve", { approvalId, hash, answer });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done", commit: null });
    expect(thread.items("fileChange")).toMatchObject([{ state: "declined" }]);
    expect((await thread.diff()).files).toEqual([]);
    expect(lastResult(thread)).toContain("use old.txt instead");
  });

  test("cannot be answered with a text when it is an effect, nor accepted when it is a question", async () => {
    const thread = await project.thread({ policy: "ask" });
    await thread.send(steps(exec("true"), { text: "done" }));
    const effect = await thread.pending();
    const text = { type: "text", text: "perhaps" } as const;
    const resolve = (answer: typeof text | typeof once) =>
      thread.client.call("approval/resolve", { approvalId: effect.id, hash: effect.hash, answer });
    await expect(resolve(text)).rejects.toMatchObject({ kind: "invalidParams" });
    expect(await resolve(once)).toMatchObject({ resolved: true });
  });
});

describe("the policy ask", () => {
  test("asks for a command, for input to it and for a patch", async () => {
    const thread = await project.thread({ policy: "ask" });
    const turn = await thread.send(
      steps(
        exec("read line; echo got $line", { yield_time_ms: 250, tty: true }),
        { calls: [{ tool: "write_stdin", input: { session_id: 1, chars: "hello\n" } }] },
        addFile("b.txt", "b"),
        { text: "done" },
      ),
    );
    const asked: string[] = [];
    for (let count = 1; count <= 3; count += 1) {
      const {
        id: approvalId,
        hash,
        subject,
      } = await thread.until(({ approvals }) => approvals.length === count && approvals.at(-1));
      asked.push(subject.type);
      await thread.client.call("approval/resolve", { approvalId, hash, answer: once });
    }
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(asked).toEqual(["command", "input", "patch"]);
    expect(thread.lastOutput()).toContain("got hello");
  });

  test("does not ask again for the same command once it was accepted for the thread", async () => {
    const thread = await project.thread({ policy: "ask" });
    const same = exec("echo again >> again.txt");
    const turn = await thread.send(steps(same, same, exec("echo other"), { text: "done" }));
    const first = await thread.pending();
    await thread.client.call("approval/resolve", {
      approvalId: first.id,
      hash: first.hash,
      answer: { type: "accept", scope: "thread" },
    });
    const second = await thread.until(({ approvals }) => approvals[1]);
    expect(second.subject).toMatchObject({ cmd: "echo other" });
    await thread.client.call("approval/resolve", {
      approvalId: second.id,
      hash: second.hash,
      answer: once,
    });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    const [file] = (await thread.diff()).files;
    expect(file?.hunks[0]?.lines).toEqual(["+again", "+again"]);

    const another = await project.thread({ policy: "ask" });
    await another.send(steps(same, { text: "done" }));
    expect(await another.pending()).toMatchObject({ state: "pending" });
  });
});

describe("a question of the agent's", () => {
  test("is answered by a text, which reaches the model", async () => {
    const thread = await project.thread();
    const turn = await thread.send('[[ask question="Which colour?" options="red|blue"]]');
    const { id: approvalId, hash, kind, subject } = await thread.pending();
    expect(kind).toBe("question");
    expect(subject).toEqual({
      type: "question",
      question: "Which colour?",
      options: ["red", "blue"],
    });
    await thread.until(({ thread }) => thread.status === "waitingForUser");
    await expect(
      thread.client.call("approval/resolve", { approvalId, hash, answer: once }),
    ).rejects.toMatchObject({ kind: "invalidParams" });
    const answer = { type: "text", text: "blue, of course" } as const;
    await thread.client.call("approval/resolve", { approvalId, hash, answer });
    expect(await thread.ended(turn.id)).toMatchObject({
      state: "done",
      summary: "The answer is: blue, of course",
    });
  });

  test("is withdrawn when the turn is interrupted", async () => {
    const thread = await project.thread();
    const turn = await thread.send("[[ask]]");
    const { id: approvalId, hash } = await thread.pending();
    await thread.client.call("turn/interrupt", { turnId: turn.id });
    expect(await thread.ended(turn.id)).toMatchObject({ state: "interrupted" });
    const answer = { type: "text", text: "too late" } as const;
    expect(
      await thread.client.call("approval/resolve", { approvalId, hash, answer }),
    ).toMatchObject({ resolved: false, approval: { state: "cancelled" } });
  });
});

/** Listens to the daemon's feed for the next approval that is settled. */
function nextResolved(client: Awaited<ReturnType<TestDaemon["connect"]>>) {
  const stop = new AbortController();
  const approval = (async () => {
    for await (const { event } of client.followDaemon({ signal: stop.signal })) {
      if (event.type !== "approvalResolved") continue;
      stop.abort();
      return event.approval;
    }
    throw new Error("the feed has ended");
  })();
  // Calls of one connection are answered in order, so the subscription stands after this one.
  return { approval, listening: client.call("daemon/status", {}) };
}
