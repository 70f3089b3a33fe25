import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { newId, TurnId } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, steps } from "./support/steps.ts";
import { Terminal } from "./support/terminal.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import { TestThread } from "./support/test-thread.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program against the daemon of this file. */
function heddle(...args: readonly string[]): Promise<Ended> {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(
    process.execPath,
    [program, ...args],
    { env: daemon.env, cwd: project.repository.path },
    (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

describe("searching the history", () => {
  test("finds messages, answers and commands of all threads, archived ones too", async () => {
    const [one, two] = [await project.thread({ title: "One" }), await project.thread()];
    await one.say(steps(exec("echo zebra | wc -c"), { text: "The quagga is counted." }));
    await two.say("What of the okapi?");
    await one.client.call("thread/archive", { threadId: one.id });
    const search = async (query: string, type?: string) => {
      const { data } = await one.client.call("history/search", { query });
      return data.filter((hit) => type === undefined || hit.type === type);
    };
    expect(await search("quagga", "agentMessage")).toMatchObject([
      {
        threadId: one.id,
        threadTitle: "One",
        snippet: "The \u0002quagga\u0003 is counted.",
      },
    ]);
    expect(await search("zebra wc", "commandExecution")).toMatchObject([
      { snippet: "echo \u0002zebra\u0003 | \u0002wc\u0003 -c" },
    ]);
    expect(await search("zebra", "userMessage")).toHaveLength(1);
    expect(await search('"of the okapi"')).toMatchObject([{ threadId: two.id }]);
    expect(await search('"okapi of the"')).toEqual([]);
    expect(await search("okap*")).toHaveLength(1);
    expect(await search("okap")).toEqual([]);
    expect((await search(""))[0]).toMatchObject({ threadId: two.id });
    for (const odd of ['"', "AND", "a:b", "(", "NEAR(a b)", "-x", "***"]) await search(odd);
  });
});

describe("`heddle history`", () => {
  test("takes a phrase in quotes, and a word behind -- that is a command's name", async () => {
    const thread = await project.thread({ title: "Aardvarks" });
    for (const said of ["aardvark first", "first an aardvark", "export the aardvark"]) {
      await thread.say(said);
    }
    const found = async (...words: string[]) => {
      const { stdout } = await heddle("history", "--json", ...words);
      const { data } = JSON.parse(stdout) as { data: { type: string; snippet: string }[] };
      const said = data.filter(({ type }) => type === "userMessage");
      return said.map(({ snippet }) => snippet.replaceAll(/\p{Cc}/gu, "")).sort();
    };
    expect(await found('"aardvark First"')).toEqual(["aardvark first"]);
    expect(await found("aardvark First")).toEqual(["aardvark first"]);
    expect(await found("aardvark", "first")).toEqual(["aardvark first", "first an aardvark"]);
    expect(await found('first "an aardvark"')).toEqual(["first an aardvark"]);
    expect(await found("--", "export", "aardvark")).toEqual(["export the aardvark"]);
    const whole = await heddle("history", "export", thread.id);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringContaining("# Aardvarks") });
  });
});

describe("the place of a hit", () => {
  const [before, place, after] = ["It was dark.", "A numbat came by.", "It was gone."] as const;

  async function seen(): Promise<TestThread> {
    const thread = await project.thread({ title: "A walk" });
    for (const text of [before, place, after]) await thread.say(steps({ text }));
    return thread;
  }

  test("is read with what came before it, and nothing later", async () => {
    const thread = await seen();
    const [, turn] = thread.view.turns;
    const item = thread.items("agentMessage")[1];
    for (const until of [turn?.id, item?.id]) {
      const params = { threadId: thread.id, ...(until !== undefined && { until }) };
      const { items } = await thread.client.call("thread/read", params);
      const said = items.flatMap((one) => (one.type === "agentMessage" ? [one.text] : []));
      expect(said).toEqual([before, place]);
    }
    const other = newId(TurnId);
    const elsewhere = thread.client.call("thread/read", { threadId: thread.id, until: other });
    await expect(elsewhere).rejects.toMatchObject({ kind: "notFound" });
  });

  test("is named by `heddle history`, and opened by `heddle attach`", async () => {
    const thread = await seen();
    const found = await heddle("history", "numbat", "--thread", thread.id);
    const [, short = "", turn = ""] = /attach (\w+) --turn (\w+)/.exec(found.stderr) ?? [];
    expect(thread.view.turns[1]?.id).toMatch(new RegExp(`${turn}$`));
    const opened = await heddle("attach", short, "--turn", turn, "--no-input");
    expect(opened).toMatchObject({ code: 0, stderr: expect.stringContaining("newer items") });
    expect(opened.stdout).toContain(place);
    expect(opened.stdout).not.toContain(after);
    const { env } = daemon;
    const cwd = project.repository.path;
    await using terminal = new Terminal({ args: ["attach", short, "--turn", turn], cwd, env });
    await terminal.until(/^A numbat came by\.[\s\S]*newer items are left out/m);
    expect(terminal.everything).not.toContain(after);
  });

  test("is where the thread stands for its last turn", async () => {
    const thread = await seen();
    const last = thread.view.turns.at(-1)?.id ?? "";
    const opened = await heddle("attach", thread.id, "--turn", last, "--no-input");
    expect(opened.stdout).toContain(after);
    expect(opened.stderr).not.toContain("newer items");
  });
});

test("an export holds approvals, comments and reviews besides the turns, after the archive too", async () => {
  const thread = await project.thread({ title: "Written down", policy: "ask" });
  const { id: turnId } = await thread.send(steps(addFile("kept.txt", "1"), { text: "done" }));
  const { id: approvalId, hash } = await thread.pending();
  const answer = { type: "accept" } as const;
  await thread.client.call("approval/resolve", { approvalId, hash, answer });
  await thread.ended(turnId);
  const threadId = thread.id;
  const place = { path: "kept.txt", start: 1, text: "Why one?" };
  await thread.client.call("comment/add", { threadId, ...place });
  const target = { type: "thread", threadId } as const;
  const review = await thread.client.call("review/start", {
    projectId: project.project.id,
    target,
  });
  const written = async () =>
    JSON.parse((await heddle("history", "export", threadId, "--json")).stdout);
  const held = {
    thread: { id: threadId },
    plan: null,
    turns: [{ id: turnId }],
    approvals: [{ id: approvalId, state: "accepted" }],
    comments: [place],
    reviews: [{ id: review.id }],
    landings: [],
  };
  expect(await written()).toMatchObject(held);
  await thread.client.call("thread/archive", { threadId });
  expect(await written()).toMatchObject({ ...held, comments: [{ ...place, place: null }] });
});

describe("a fork", () => {
  test("goes on from a turn: with its files, its commits and what was said until then", async () => {
    const thread = await project.thread({ title: "Root" });
    const first = await thread.say(steps(addFile("one.txt", "1"), { text: "one is there" }));
    await thread.say(steps(addFile("two.txt", "2"), { text: "two is there" }));
    const row = await thread.client.call("thread/fork", { threadId: thread.id, turnId: first.id });
    expect(row).toMatchObject({
      title: "Root (fork)",
      baseCommit: thread.view.thread.baseCommit,
      unlandedCommit: first.commit,
      forkedFrom: { threadId: thread.id, turnId: first.id },
    });
    await using fork = new TestThread(thread.client, row.id);
    const { worktree } = await fork.ready();
    expect((await fork.diff()).files.map(({ path }) => path)).toEqual(["one.txt"]);
    const turn = await fork.say(steps(addFile("three.txt", "3"), { text: "three is there" }));
    const told = JSON.stringify(daemon.requestsOf(fork).at(-1)?.items);
    expect(told).toContain("one is there");
    expect(told).not.toContain("two is there");
    expect(fork.items("agentMessage").map(({ text }) => text)).toEqual([
      "one is there",
      "three is there",
    ]);
    expect(project.repository.git("-C", worktree, "log", "--format=%H", "-2")).toBe(
      `${turn.commit}\n${first.commit}`,
    );
    // It can be taken back to before what it has taken over.
    await fork.client.call("thread/undo", { threadId: fork.id, turns: 2 });
    expect((await fork.diff()).files).toEqual([]);
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["one.txt", "two.txt"]);
    expect(await fork.land()).toMatchObject({ failure: { kind: "nothingToLand" } });
  });

  test("lands like any thread", async () => {
    const thread = await project.thread();
    await thread.say(steps(addFile("lands.txt", "1"), { text: "done" }));
    const row = await thread.client.call("thread/fork", { threadId: thread.id, title: "Twin" });
    await using fork = new TestThread(thread.client, row.id);
    await fork.ready();
    expect(await fork.land()).toMatchObject({ state: "landed" });
    expect(readFileSync(`${project.repository.path}/lands.txt`, "utf8")).toBe("1\n");
  });

  test("begins at any turn that is named, however much came after it", async () => {
    const thread = await project.thread();
    const first = await thread.say("the oldest");
    for (const _ of [1, 2, 3]) await thread.say("long ".repeat(50_000));
    expect((await thread.read()).turns.map(({ id }) => id)).not.toContain(first.id);
    for (const name of [first.id.slice(-8), first.id]) {
      const { code, stdout } = await heddle("fork", thread.id, "--turn", name, "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ forkedFrom: { turnId: first.id } });
    }
    const none = await heddle("fork", thread.id, "--turn", "no-such-turn");
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("no turn is called") });
  });

  test("has used what its own turns used, and nothing of what it took over", async () => {
    const thread = await project.thread();
    await thread.say("hello");
    const row = await thread.client.call("thread/fork", { threadId: thread.id });
    await using fork = new TestThread(thread.client, row.id);
    await fork.ready();
    const used = async () => {
      const { usage } = await fork.client.call("thread/status", { threadId: fork.id });
      return usage;
    };
    expect(await used()).toMatchObject({ requests: 0, inputTokens: 0, outputTokens: 0 });
    const { usage } = await fork.say("and now");
    expect(await used()).toEqual(usage);
  });

  test("of a thread without a turn that has ended is refused", async () => {
    const thread = await project.thread();
    const fork = thread.client.call("thread/fork", { threadId: thread.id });
    await expect(fork).rejects.toMatchObject({ kind: "notFound" });
  });
});

test("a thread's status tells what it stands in", async () => {
  const thread = await project.thread({ policy: "readOnly" });
  await thread.say("hello");
  const policy = {
    scope: { type: "thread", threadId: thread.id },
    text: "Never run 'git push'.",
  } as const;
  const { hash } = await thread.client.call("policy/set", policy);
  await thread.client.call("policy/set", { ...policy, hash });
  const facts = await thread.client.call("thread/status", { threadId: thread.id });
  expect(facts).toMatchObject({
    thread: { id: thread.id },
    project: project.project.name,
    model: "local/scripted",
    usage: { requests: 1 },
    policy: "readOnly",
    rules: ["Never run 'git push'."],
    plan: null,
    mcp: [],
    box: { access: "ro", hosts: [] },
  });
  expect(facts.context.tokens).toBeGreaterThan(0);
  expect(facts.context.limit).toBeGreaterThan(facts.context.tokens);
});
