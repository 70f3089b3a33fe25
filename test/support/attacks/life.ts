import assert from "node:assert/strict";
import { addFile, exec, type Step, steps } from "../steps.ts";
import type { TestProject } from "../test-daemon.ts";
import type { TestThread } from "../test-thread.ts";

/** All that happens to a thread: work by shell and by patch, its diff, undo, landing and archive. */
export async function wholeLife(project: TestProject, name: string, cmd = "true"): Promise<void> {
  await using thread = await project.thread();
  await done(thread, exec(`${cmd}; echo shell > ${name}.shell`), addFile(`${name}.txt`, "patched"));
  await thread.diff();
  await done(thread, addFile(`${name}.undone`, "undone"));
  await thread.client.call("thread/undo", { threadId: thread.id });
  const landing = await thread.land();
  assert.equal(landing.state, "landed", landing.failure?.message);
  await thread.client.call("thread/archive", { threadId: thread.id });
}

/** Runs a turn of these steps, which must end well: an attack has to have taken place. */
export async function done(thread: TestThread, ...attack: readonly Step[]): Promise<void> {
  const { state, failure } = await thread.say(steps(...attack, { text: "done" }));
  assert.equal(state, "done", failure?.message);
}

/** Runs a command that the attacker chose, and returns what the model was told of it. */
export async function boxed(thread: TestThread, cmd: string): Promise<string> {
  await done(thread, exec(cmd));
  return thread.lastOutput();
}
