import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnId } from "@heddle/protocol";
import { addFile, endSession, exec, type Step, steps } from "./steps.ts";
import type { TestDaemon, TestProject } from "./test-daemon.ts";
import type { TestThread, ThreadOptions } from "./test-thread.ts";

/** What a campaign counts; every list is empty when all promises hold. */
export interface Verdicts {
  /** Turns by how they ended. */
  readonly ended: Record<string, number>;
  /** Effects that were reported as done and are not there. */
  readonly lost: string[];
  /** Effects that happened more than once. */
  readonly doubled: string[];
}

/** Where a story takes place. */
export interface Scene {
  readonly daemon: TestDaemon;
  readonly project: TestProject;
  readonly verdicts: Verdicts;
  /** Names the kill in what is found. */
  readonly at: string;
}

/** Something that a user does from its beginning to its archive, through whatever happens. */
export interface Story {
  readonly name: string;
  readonly run: (scene: Scene) => Promise<void>;
}

/** What every sleep of this campaign has in its arguments, so that its survivors are found. */
export const marker = `0.1271828${process.pid}`;

export const settings = {
  setup: `sleep 0.0${marker.slice(2)}; echo made >> set-up.log`,
  checks: [`sleep ${marker}; test -f a.txt`],
};
export const files = { "a.txt": "one\n", ".gitignore": "*.log\n" };

/** What has not gone on by itself after so long, on a busy machine too, is stuck. */
const patienceMs = 120_000;

const done: Step = { text: "done" };
const log = (word: string): Step => exec(`echo ${word} >> effects.txt; sleep ${marker}`);

/** A patch of several files. */
const severalFiles: Step = {
  calls: [
    {
      tool: "apply_patch",
      input: [
        "*** Begin Patch",
        ...["*** Add File: one.txt", "+1"],
        ...["*** Add File: two.txt", "+2"],
        ...["*** Update File: a.txt", "@@", "-one", "+changed"],
        "*** End Patch",
      ].join("\n"),
    },
  ],
};
const patched = { "one.txt": "1\n", "two.txt": "2\n", "a.txt": "changed\n" };

const work: Story = {
  name: "work",
  run: async (scene) => {
    const thread = await begin(scene);
    const serve = exec(`echo serving; sleep 3${marker}`, { yield_time_ms: 250 });
    const turn = await thread.send(
      steps(log("one"), severalFiles, serve, log("two"), endSession(), done),
    );
    await expectEnd(scene, thread, turn.id, ["done"]);
    await judgeCommands(scene, thread, ["one", "two"]);
    await judgeFiles(scene, thread, patched);
    await archive(scene, thread, "one.txt");
  },
};

const approvals: Story = {
  name: "approvals",
  run: async (scene) => {
    const thread = await begin(scene, { policy: "ask" });
    const turn = await thread.send(steps(log("one"), addFile("one.txt", "1"), log("two"), done));
    await answerAll(thread, turn.id, { type: "accept", scope: "once" });
    await expectEnd(scene, thread, turn.id, ["done"]);
    await judgeCommands(scene, thread, ["one", "two"]);
    await judgeFiles(scene, thread, { "one.txt": "1\n" });
    const asked = thread.view.approvals.map(({ itemId, hash }) => `${itemId} ${hash}`);
    if (new Set(asked).size < asked.length) double(scene, "an approval was asked for twice");
    await archive(scene, thread, "one.txt");
  },
};

const question: Story = {
  name: "question",
  run: async (scene) => {
    const thread = await begin(scene);
    const turn = await thread.send('[[ask question="Which colour?"]]');
    await answerAll(thread, turn.id, { type: "text", text: "blue" });
    await expectEnd(scene, thread, turn.id, ["done"]);
    const summary = thread.view.turns.find(({ id }) => id === turn.id)?.summary;
    if (summary !== "The answer is: blue") lose(scene, `the answer: ${summary}`);
    if (thread.view.approvals.length > 1) double(scene, "the question was asked twice");
    await archive(scene, thread);
  },
};

const steering: Story = {
  name: "steering",
  run: async (scene) => {
    const thread = await begin(scene);
    const turn = await thread.send(steps(log("one"), log("two"), log("three"), done));
    const words = ["steered-a", "steered-b", "steered-c"];
    for (const text of words) {
      const input = [{ type: "text" as const, text }];
      await thread.client.call("turn/steer", { threadId: thread.id, input });
    }
    await expectEnd(scene, thread, turn.id, ["done"]);
    await judgeCommands(scene, thread, ["one", "two", "three"]);
    // Whatever came too late for its turn has been told by the end of this one.
    await expectEnd(scene, thread, (await thread.send("[[say n=1]]")).id, ["done"]);
    judgeWords(scene, thread, words);
    await archive(scene, thread);
  },
};

const interrupt: Story = {
  name: "interrupt",
  run: async (scene) => {
    const thread = await begin(scene);
    const { id: turnId } = await thread.send(steps(log("one"), log("two"), log("three"), done));
    await thread.item("commandExecution");
    const input = [{ type: "text" as const, text: "steered-late" }];
    await thread.client.call("turn/steer", { threadId: thread.id, input });
    const { interrupted } = await thread.client.call("turn/interrupt", { turnId });
    await expectEnd(scene, thread, turnId, interrupted ? ["interrupted"] : ["interrupted", "done"]);
    const next = await thread.send(steps(log("four"), done));
    await expectEnd(scene, thread, next.id, ["done"]);
    await judgeCommands(scene, thread, ["one", "two", "three", "four"]);
    judgeWords(scene, thread, ["steered-late"]);
    await archive(scene, thread);
  },
};

const undo: Story = {
  name: "undo",
  run: async (scene) => {
    const thread = await begin(scene);
    const first = await thread.send(steps(addFile("one.txt", "1"), done));
    await expectEnd(scene, thread, first.id, ["done"]);
    const second = await thread.send(steps(severalFilesAgain, log("one"), done));
    await expectEnd(scene, thread, second.id, ["done"]);
    const { undone } = await thread.client.call("thread/undo", { threadId: thread.id });
    if (undone.join() !== second.id) double(scene, `undone: ${undone.join()}`);
    const { turns } = await thread.read();
    if (turns.map(({ id }) => id).join() !== first.id) lose(scene, "the turns after the undo");
    const { files: changed } = await thread.diff();
    const paths = changed.map(({ path }) => path).join();
    if (paths !== "one.txt") lose(scene, `the undo left ${paths}`);
    await archive(scene, thread, "one.txt");
  },
};

const severalFilesAgain = addFile("three.txt", "3");

const landing: Story = {
  name: "landing",
  run: async (scene) => {
    const { repository } = scene.project;
    const thread = await begin(scene);
    const turn = await thread.send(
      steps(addFile("landed.txt", "1"), addFile("more.txt", "2"), done),
    );
    await expectEnd(scene, thread, turn.id, ["done"]);
    for (let attempt = 1; ; attempt += 1) {
      const { state, failure } = await thread.land();
      if (state === "landed") break;
      // It says why, and that nothing has landed; the user lands it again.
      if (failure?.kind === "interrupted" && attempt < 3) continue;
      throw new Error(`refused: ${failure?.kind}: ${failure?.message}`);
    }
    const commits = repository.git("log", "--format=%H", "main", "--", "landed.txt");
    if (commits.split("\n").length > 1) double(scene, "the landing");
    if (repository.git("status", "--porcelain") !== "") {
      lose(scene, `the checkout: ${repository.git("status", "--porcelain")}`);
    }
    if (!existsSync(join(repository.path, "more.txt"))) lose(scene, "a landed file");
    await archive(scene, thread);
  },
};

/** All that a user does, each kind once; those that take longest first. */
export const stories: readonly Story[] = [
  work,
  steering,
  landing,
  approvals,
  interrupt,
  undo,
  question,
];

function lose({ verdicts, at }: Scene, what: string): void {
  verdicts.lost.push(`${at}: ${what}`);
}

function double({ verdicts, at }: Scene, what: string): void {
  verdicts.doubled.push(`${at}: ${what}`);
}

function begin({ project }: Scene, options: ThreadOptions = {}): Promise<TestThread> {
  return project.thread({ patienceMs, ...options });
}

async function expectEnd(
  { verdicts }: Scene,
  thread: TestThread,
  turnId: TurnId,
  states: readonly string[],
): Promise<void> {
  const { state, failure } = await thread.ended(turnId);
  verdicts.ended[state] = (verdicts.ended[state] ?? 0) + 1;
  if (!states.includes(state)) throw new Error(`a turn is ${state}: ${failure?.message}`);
}

type Given = { type: "accept"; scope: "once" } | { type: "text"; text: string };

/** Answers whatever the turn asks, until it has ended. */
async function answerAll(thread: TestThread, turnId: TurnId, answer: Given): Promise<void> {
  const answered = new Set<string>();
  for (;;) {
    const next = await thread.until(({ turns, approvals }) => {
      const asked = approvals.find(({ id, state }) => state === "pending" && !answered.has(id));
      const turn = turns.find(({ id }) => id === turnId);
      return asked ?? (turn?.completedAt ? ("ended" as const) : undefined);
    });
    if (next === "ended") return;
    answered.add(next.id);
    const { id: approvalId, hash } = next;
    await thread.client.call("approval/resolve", { approvalId, hash, answer });
  }
}

/** A command that was cut may have had its effect; one that ended has had it; none has it twice. */
async function judgeCommands(
  scene: Scene,
  thread: TestThread,
  words: readonly string[],
): Promise<void> {
  const { worktree } = await thread.ready();
  const written = read(join(worktree, "effects.txt")).split("\n");
  for (const word of words) {
    const count = written.filter((line) => line === word).length;
    const items = thread
      .items("commandExecution")
      .filter(({ cmd }) => cmd.includes(`echo ${word} `));
    if (count > 1 || items.length > 1) double(scene, `${word} ${count} times`);
    const reported = items.some(({ state }) => state === "completed");
    if (count === 0 && reported) lose(scene, word);
  }
  const made = read(join(worktree, "set-up.log"));
  if (made !== "made\n") double(scene, `set up: ${JSON.stringify(made)}`);
}

async function judgeFiles(
  scene: Scene,
  thread: TestThread,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  const { worktree } = await thread.ready();
  for (const [path, text] of Object.entries(expected)) {
    const found = read(join(worktree, path));
    if (found !== text) lose(scene, `${path} is ${JSON.stringify(found)}`);
  }
}

/** Each message has been told to the model once, in the order in which they were sent. */
function judgeWords(scene: Scene, thread: TestThread, words: readonly string[]): void {
  const told = JSON.stringify(scene.daemon.requestsOf(thread).at(-1)?.items);
  for (const word of words) {
    const count = told.split(word).length - 1;
    if (count === 0) lose(scene, `the message ${word}`);
    if (count > 1) double(scene, `the message ${word} ${count} times`);
  }
  const places = words.map((word) => told.indexOf(word));
  if (places.some((place, at) => place < (places[at - 1] ?? 0))) lose(scene, "the messages' order");
}

/** Puts the thread away; a file of its work that has not landed is then under a ref. */
async function archive(scene: Scene, thread: TestThread, kept?: string): Promise<void> {
  const { salvage } = await thread.client.call("thread/archive", { threadId: thread.id });
  const { repository } = scene.project;
  if (kept && (salvage === null || repository.git("ls-tree", salvage, kept) === "")) {
    lose(scene, `${kept} after the archive`);
  }
  await thread[Symbol.asyncDispose]();
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
