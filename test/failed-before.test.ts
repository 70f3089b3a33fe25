import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

const done = { text: "done" };
/** Names each line that says "bad", and fails if there is one. */
const check = "! grep -rn --include=*.txt bad . | sed 's/^/✖ /' | grep .";

function scratches(of = daemon): string[] {
  const root = join(of.paths.state, "scratch");
  return existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
}

describe("a check that failed before the turn", () => {
  let project: TestProject;
  beforeAll(async () => {
    const files = { "old.txt": "bad\n", "kept.md": "kept\n" };
    project = await daemon.project(files, { checks: [check, "test -e kept.md"] });
  });

  test("and fails just so on its final tree does not hold it up, and is reported", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(addFile("new.txt", "good"), done));
    const { baseCommit } = thread.view.thread;
    expect(turn).toMatchObject({
      state: "done",
      proof: {
        verdict: "failedBefore",
        rounds: 0,
        problems: [],
        failedBefore: [{ command: check, commit: baseCommit }],
      },
    });
    const fails = `\`${check}\` fails as before on ${baseCommit?.slice(0, 10)}`;
    expect(turn.summary).toBe(`done\n\n${fails}`);
    expect(scratches()).toEqual([]);
  });

  test("passes on a tree that mends it", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(replaceLine("old.txt", "bad", "good"), done));
    expect(turn).toMatchObject({ state: "done", proof: { verdict: "passed", failedBefore: [] } });
  });

  test("does not cover one that fails only now", async () => {
    const thread = await project.thread();
    const turn = await thread.say(steps(exec("rm kept.md"), done, done, done));
    expect(turn.state).toBe("doneUnverified");
    expect(turn.proof?.problems).toEqual([expect.stringContaining("`test -e kept.md` failed")]);
    expect(turn.proof?.failedBefore).toMatchObject([{ command: check }]);
  });

  test("in another way is refused, in this turn and in those after it", async () => {
    const thread = await project.thread();
    const worse = steps(addFile("new.txt", "bad"), done, done, done);
    expect(await thread.say(worse)).toMatchObject({
      state: "doneUnverified",
      proof: { verdict: "refused", rounds: 3, failedBefore: [] },
    });
    // The tree on which this one begins fails just so; the one on which the thread began does not.
    const beside = await thread.say(steps(addFile("more.txt", "good"), done, done, done));
    expect(beside).toMatchObject({ state: "doneUnverified", proof: { verdict: "refused" } });
  });

  test("without a word of why is refused: nobody can tell what it failed for", async () => {
    const silent = await daemon.project({ "old.txt": "bad\n" }, { checks: ["! grep -rq bad ."] });
    const thread = await silent.thread();
    const turn = await thread.say(steps(addFile("new.txt", "good"), done, done, done));
    expect(turn).toMatchObject({ state: "doneUnverified", proof: { failedBefore: [] } });
  });
});

/** Fails, on its base not before somebody writes the file `go` there. */
const held = "echo '✖ old'; test -e n.txt || until test -e go; do sleep 0.02; done; exit 1";
const finished = { state: "done", proof: { verdict: "failedBefore", rounds: 0 } };

function release(scratch: string): void {
  writeFileSync(join(scratch, "go"), "");
}

async function onlyScratch(of = daemon): Promise<string> {
  await expect.poll(() => scratches(of), { timeout: 60_000 }).toHaveLength(1);
  return scratches(of)[0] ?? "";
}

describe("the base of a turn", () => {
  test("is checked once, whoever asks", async () => {
    const project = await daemon.project({ "a.txt": "one\n" }, { checks: [held] });
    const [first, second] = [await project.thread(), await project.thread()];
    const turns = Promise.all([first, second].map((one) => one.say(steps(addFile("n.txt"), done))));
    for (const one of [first, second]) {
      await one.item("commandExecution", ({ exitCode }) => exitCode === 1);
    }
    release(await onlyScratch());
    expect(await turns).toMatchObject([finished, finished]);
    const third = await project.thread();
    expect(await third.say(steps(addFile("n.txt", "other"), done))).toMatchObject(finished);
  });

  test("is left when nobody waits for its check any more", async () => {
    const project = await daemon.project({ "a.txt": "one\n" }, { checks: [held] });
    const thread = await project.thread();
    const { id } = await thread.send(steps(addFile("n.txt"), done));
    await onlyScratch();
    await thread.client.call("turn/interrupt", { turnId: id });
    expect(await thread.ended(id)).toMatchObject({ state: "interrupted" });
    expect(scratches()).toEqual([]);
  });

  test("is checked again after a kill, and what the kill left of it is gone", async () => {
    await using killed = await startTestDaemon();
    const project = await killed.project({ "a.txt": "one\n" }, { checks: [held] });
    const thread = await project.thread();
    const { id } = await thread.send(steps(addFile("n.txt"), done));
    const left = join(await onlyScratch(killed), "left");
    writeFileSync(left, "");
    await killed.kill9();
    await killed.restart();
    await expect.poll(() => existsSync(left), { timeout: 60_000 }).toBe(false);
    release(await onlyScratch(killed));
    expect(await thread.ended(id)).toMatchObject(finished);
    expect(scratches(killed)).toEqual([]);
  });
});
