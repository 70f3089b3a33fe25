import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { McpTransport } from "@heddle/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bad, call, McpArena, programs, stdio } from "./support/mcp.ts";
import { type Step, steps } from "./support/steps.ts";
import type { TestProject } from "./support/test-daemon.ts";

const done: Step = { text: "done" };

let arena: McpArena;
let project: TestProject;
beforeAll(async () => {
  arena = await McpArena.start("[mcp]\nstart_timeout_seconds = 20\ncall_timeout_seconds = 3");
  project = await arena.project({ bad: programs.bad });
});
afterAll(() => arena[Symbol.asyncDispose]());

/** What the model was told by these calls, of which each is a response. */
async function told(...calls: readonly Step[]): Promise<string[]> {
  const thread = await project.thread();
  await thread.say(steps(...calls, done));
  return arena.results(thread);
}

function readIf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** The processes of this machine whose directory is this one. */
function processesIn(directory: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === directory;
    } catch {
      return false;
    }
  });
}

describe("a server of a turn", () => {
  test("that hangs is given up and ended, and started again for the next call", async () => {
    const [before, hung, after] = await told(bad("pid"), bad("hang"), bad("pid"));
    expect(hung).toMatch(/^error \(mcpFailed\): bad: it did not answer in 3 s/);
    expect(after).toMatch(/^pid \d+$/);
    expect(after).not.toBe(before);
  });

  test("that crashes is started again, and that no more than twice in a turn", async () => {
    const results = await told(bad("crash"), bad("crash"), bad("pid"), bad("crash"), bad("pid"));
    const crashed = expect.stringMatching(
      /^error \(mcpFailed\): bad: it ended with exit code 7; .* is not known/,
    );
    expect(results).toEqual([
      crashed,
      crashed,
      expect.stringMatching(/^pid \d+$/),
      crashed,
      expect.stringMatching(/bad has failed 3 times; it is not started again in this turn/),
    ]);
  });

  test("that floods its output is ended", async () => {
    const [flooded, after] = await told(bad("flood"), bad("pid"));
    expect(flooded).toMatch(/^error \(mcpFailed\): bad: it wrote a line of over 4194304 bytes/);
    expect(after).toMatch(/^pid \d+$/);
  });

  test("that sends thousands of messages instead of an answer is ended", async () => {
    const [chattered] = await told(bad("chatter"));
    expect(chattered).toMatch(/^error \(mcpFailed\): bad: it sent over 5000 messages/);
  });

  test("that prints what it does among its messages is understood", async () => {
    expect(await told(bad("noise"))).toEqual(["still here"]);
  });

  test("whose result is long is read in part, and in whole from a file", async () => {
    const [long] = await told(bad("large"));
    expect(long).toMatch(/line 0\n/);
    expect(long).toMatch(/left out/);
    const [, file = ""] = /\nwhole_output: (\S+)$/.exec(long ?? "") ?? [];
    expect(readFileSync(file, "utf8").split("\n")).toHaveLength(20_001);
  });

  test("whose result is none, or not what the tool declares, is told to the model", async () => {
    const [malformed, lie, failed] = await told(
      bad("malformed"),
      call("bad__typed", { count: 1 }),
      bad("fail"),
    );
    expect(malformed).toMatch(/^error \(mcpFailed\): bad: /);
    expect(lie).toMatch(/^error: the result is not what the tool declares: .*sum/);
    expect(failed).toBe("error: it went wrong");
  });

  test("is not asked what does not fit the tool's schema", async () => {
    const thread = await project.thread();
    await thread.say(steps(call("bad__typed", { count: "many" }), done));
    expect(arena.results(thread)).toEqual([
      expect.stringMatching(/^error: invalid arguments of mcp__bad__typed: .*count/),
    ]);
    expect(thread.items("toolCall")).toMatchObject([{ state: "failed" }]);
  });

  test("ends with its turn, and answers all calls of it by one process", async () => {
    const thread = await project.thread();
    const two = { calls: [...(bad("pid").calls ?? []), ...(bad("pid").calls ?? [])] };
    const turn = await thread.send(steps(two, bad("hang"), done));
    const { worktree } = await thread.ready();
    await expect.poll(() => processesIn(worktree), { timeout: 60_000 }).not.toEqual([]);
    await thread.ended(turn.id);
    const [first, second] = arena.results(thread);
    expect(first).toMatch(/^pid \d+$/);
    expect(second).toBe(first);
    expect(processesIn(worktree)).toEqual([]);
  });
});

describe("a question of a server's", () => {
  test("is withdrawn when the server ends, and the turn goes on", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(bad("ask"), bad("pid"), done));
    await thread.pending();
    const { worktree } = await thread.ready();
    writeFileSync(join(worktree, "go"), "");
    const { state, completedAt } = await thread.ended(turn.id);
    expect(state).toBe("done");
    expect(thread.view.approvals).toMatchObject([{ state: "cancelled" }]);
    // Not only with the turn.
    expect(thread.view.approvals[0]?.resolvedAt).toBeLessThan(completedAt ?? 0);
    expect(arena.results(thread)).toEqual([
      expect.stringMatching(/exit code 7/),
      expect.stringMatching(/^pid/),
    ]);
  });

  test("is put after the one before it, and of many only the first are put", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(bad("survey", { forms: 20 }), done));
    for (let at = 0; at < 16; at += 1) {
      const {
        id: approvalId,
        hash,
        subject,
      } = await thread.until(({ approvals }) => approvals[at]);
      expect(subject).toMatchObject({ question: expect.stringContaining(`Which ${at}?`) });
      expect(thread.view.approvals.filter(({ state }) => state === "pending")).toHaveLength(1);
      const answer = { type: "text", text: "okapi" } as const;
      await thread.client.call("approval/resolve", { approvalId, hash, answer });
    }
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(arena.results(thread)).toEqual(["4 declined"]);
  });

  test("is withdrawn when the daemon was killed, since nobody waits for the answer", async () => {
    const thread = await project.thread();
    const turn = await thread.send(steps(bad("ask"), done));
    await thread.pending();
    await arena.daemon.kill9();
    await arena.daemon.restart();
    expect(await thread.ended(turn.id)).toMatchObject({ state: "done" });
    expect(thread.view.approvals).toMatchObject([{ state: "cancelled" }]);
    expect(arena.results(thread)).toEqual([expect.stringMatching(/^error: interrupted/)]);
  });
});

describe("the definitions of a server", () => {
  async function tested(name: string, ...how: string[]) {
    const { id } = await arena.add(project, name, stdio(...programs.bad, ...how));
    return await (await arena.daemon.client()).call("mcp/test", { serverId: id });
  }

  test("are taken as far as they are sound, and the others are refused by name", async () => {
    const { server, refused } = await tested("odd", "schemas");
    expect(server.waiting.map(({ name }) => name)).toEqual(["good", "slow"]);
    expect(refused.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^it is no tool: inputSchema.required: /),
      expect.stringMatching(/^its schema is no JSON schema: /),
      expect.stringMatching(/^its description is longer/),
      expect.stringMatching(/^another tool has the same name/),
      expect.stringMatching(/^its name is empty, or longer/),
      expect.stringMatching(/^its schema is nested/),
    ]);
  });

  test("cannot hold the daemon up by a pattern that takes for ever", async () => {
    await arena.approve((await tested("slow", "schemas")).server);
    const [result] = await told(call("slow__slow", { word: `${"a".repeat(40)}!` }));
    expect(result).toMatch(/^pid \d+$/);
  });

  test("are taken up to a number", async () => {
    const { server, refused } = await tested("crowd", "many");
    expect(server.waiting).toHaveLength(128);
    expect(refused).toContainEqual({
      name: "tool_128",
      reason: "the server has more than 128 tools",
    });
  });
});

describe("a server that does not start", () => {
  const look = async (name: string, ...args: string[]) => {
    const { id } = await arena.add(project, name, stdio(...args));
    return await (await arena.daemon.client()).call("mcp/test", { serverId: id });
  };

  test("is shown with what it wrote last", async () => {
    await expect(look("broken", ...programs.bad, "broken")).rejects.toMatchObject({
      kind: "mcpFailed",
      message: expect.stringMatching(/exit code 3; it wrote: cannot find the module left-pad/),
    });
  });

  test("for want of a variable is told which to lend", async () => {
    const env = ["NEEDED_TOKEN"];
    const transport: McpTransport = {
      type: "stdio",
      command: "node",
      args: [...programs.bad],
      env,
    };
    const { id } = await arena.add(project, "needy", transport);
    const client = await arena.daemon.client();
    await expect(client.call("mcp/test", { serverId: id })).rejects.toMatchObject({
      kind: "notGranted",
      message: expect.stringContaining("heddle project grant --env NEEDED_TOKEN"),
    });
  });
});

test("a call that a kill of the daemon falls into is reported as interrupted, and never made again", async () => {
  const thread = await project.thread();
  const turn = await thread.send(steps(bad("once"), done));
  const { worktree } = await thread.ready();
  const calls = join(worktree, "calls.txt");
  await expect.poll(() => readIf(calls), { timeout: 60_000 }).toBe("called\n");
  await arena.daemon.kill9();
  await arena.daemon.restart();
  await thread.ended(turn.id);
  expect(arena.results(thread)).toEqual([expect.stringMatching(/^error: interrupted: the daemon/)]);
  expect(thread.items("toolCall")).toMatchObject([{ state: "interrupted" }]);
  expect(readIf(calls)).toBe("called\n");
});
