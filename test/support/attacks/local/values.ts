import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { ProjectId, TurnId } from "@heddle/protocol";
import { newId, ThreadId } from "@heddle/protocol";
import { exec, steps } from "../../steps.ts";
import type { TestDaemon } from "../../test-daemon.ts";
import type { Attack, Ground } from "../attack.ts";
import { done } from "../life.ts";
import { assertRejects, bystanderIsServed } from "./bystander.ts";

const heddle = fileURLToPath(new URL("../../../../packages/cli/bin/heddle.js", import.meta.url));

const operators = [
  "'; DROP TABLE thread; --",
  '" OR 1=1 --',
  "%_\\' GLOB '*' ESCAPE",
  'NEAR("a" "b", 5) AND NOT {content} : * ^ -',
  "$.body ->> 'id' || char(0)",
  "a\0b",
];

async function operatorsInValues(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const { project } = await ground.project();
  const client = await daemon.client();
  const before = await client.call("task/list", { limit: 500 });
  for (const title of operators) {
    const task = await client.call("task/create", { projectId: project.id, title });
    assert.equal(task.title, title);
    const page = await client.call("task/list", { cursor: title, limit: 500 });
    assert.ok(Array.isArray(page.data));
    await assertRejects(client.call("thread/read", { threadId: `thr_${title}` }), "invalidParams");
    await assertRejects(
      client.call("project/read", { path: `/${title}` }),
      "notFound",
      "invalidParams",
    );
    const key = await client.call("task/create", {
      ...{ projectId: project.id, title: "by key", idempotencyKey: title },
    });
    assert.equal(key.title, "by key");
  }
  const after = await client.call("task/list", { limit: 500 });
  assert.equal(after.data.length, before.data.length + 2 * operators.length);
  await using thread = await (await ground.project()).thread({ title: operators.join(" ") });
  await done(thread, { text: operators.join("\n") });
  return `${operators.length} of them are text and nothing else`;
}

const million = "x".repeat(1_000_000);

async function longValues(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const { project } = await ground.project();
  const client = await daemon.client();
  const { id: projectId, path } = project;
  const calls = [
    client.call("task/create", { projectId, title: million }),
    client.call("thread/start", { projectId, title: "x".repeat(501) }),
    client.call("thread/start", { projectId, title: "long target", target: "x".repeat(251) }),
    client.call("project/add", { path, name: "x".repeat(101) }),
    client.call("task/create", { projectId, title: "key", idempotencyKey: "x".repeat(201) }),
    client.call("task/list", { cursor: "x".repeat(201) }),
    client.call("project/read", { path: `/${"x".repeat(4097)}` }),
  ];
  await Promise.all(calls.map((call) => assertRejects(call, "invalidParams", "tooLarge")));
  await assertRejects(daemon.connect("x".repeat(101)), "invalidParams");
  await bystanderIsServed(daemon);
  return `${calls.length + 1} values are refused`;
}

/** What acts on a terminal, or shows another order than is there. */
const acting = "\u001b]0;owned\u0007\u001b[2J\u001b[31m\u009b31m\r\u202e\u2066\u200b\u0008\u007f";
const acts = /(?!\n|\t)[\p{Cc}\p{Cf}]/u;

async function actingText(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const named = await daemon.project();
  const client = await daemon.client();
  const { id: projectId } = named.project;
  const title = `before ${acting} after`;
  await using thread = await named.thread({ title, policy: "ask" });
  await client.call("task/create", { projectId, title });
  const turn = await thread.send(steps(exec(`echo '${acting}'`), { text: title }));
  await thread.pending();
  const shown = [["threads"], ["tasks"], ["project", "list"], ["approvals"], ["status"]];
  for (const args of shown) {
    for (const more of args[0] === "status" ? [[]] : [[], ["--json"]]) {
      const output = await cli(daemon, [...args, ...more]);
      assert.doesNotMatch(output, acts, `heddle ${[...args, ...more].join(" ")} printed it`);
    }
  }
  assert.match(await cli(daemon, ["threads"]), /before .*after/, "the title was not shown at all");
  await client.call("turn/interrupt", { turnId: turn.id });
  await thread.ended(turn.id);
  return `${shown.length} commands print it as escapes`;
}

async function cli(daemon: TestDaemon, args: readonly string[]): Promise<string> {
  const { HEDDLE_BUILD } = process.env;
  const env = { ...daemon.env, ...(HEDDLE_BUILD && { HEDDLE_BUILD }) };
  const run = promisify(execFile)(process.execPath, [heddle, ...args], { env });
  const { stdout, stderr } = await run;
  return stdout + stderr;
}

async function mixedIds(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const [one, two] = [await daemon.project(), await daemon.project()];
  await using mine = await one.thread();
  await using theirs = await two.thread();
  const client = await daemon.client();
  await done(mine, { text: "mine" });
  await done(theirs, exec("echo theirs > theirs.txt"), { text: "theirs" });
  const theirItem = theirs.view.items[0]?.id;
  assert.ok(theirItem);
  const page = await client.call("thread/read", { threadId: mine.id, before: theirItem });
  assert.ok(page.items.every(({ threadId }) => threadId === mine.id));
  const { treeHash } = await theirs.diff();
  const ask = { projectId: one.project.id, title: "their task" };
  const { taskId } = theirs.view.thread;
  const wrongKind = theirs.id as unknown as TurnId;
  const calls = [
    client.call("thread/start", { ...ask, taskId }),
    client.call("thread/land", { threadId: mine.id, treeHash }),
    client.call("turn/interrupt", { turnId: wrongKind }),
    client.call("thread/read", { threadId: theirItem }),
    client.call("project/read", { projectId: mine.id as unknown as ProjectId }),
    client.call("thread/diff", { threadId: newId(ThreadId) }),
  ];
  const kinds = ["invalidParams", "notFound", "staleReview"] as const;
  await Promise.all(calls.map((call) => assertRejects(call, ...kinds)));
  assert.equal(one.repository.git("status", "--porcelain"), "");
  return `${calls.length} calls with ids of something else are refused`;
}

async function repeatedKeys(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const { project } = await ground.project();
  using first = await daemon.connect("first");
  using other = await daemon.connect("other");
  const create = { projectId: project.id, title: "once", idempotencyKey: "a stolen key" };
  const task = await first.call("task/create", create);
  const again = await Promise.all(
    Array.from({ length: 50 }, () => other.call("task/create", create)),
  );
  assert.deepEqual(new Set(again.map(({ id }) => id)), new Set([task.id]));
  const changed = [
    other.call("task/create", { ...create, title: "something else" }),
    other.call("thread/start", { ...create }),
    other.call("daemon/stop", { idempotencyKey: create.idempotencyKey }),
  ];
  await Promise.all(changed.map((call) => assertRejects(call, "idempotencyConflict")));
  const { data } = await first.call("task/list", { projectId: project.id, limit: 500 });
  assert.equal(data.filter(({ title }) => title === "once").length, 1);
  await bystanderIsServed(daemon);
  return "the same call is done once, another one is a conflict";
}

async function replayedConsent(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await daemon.project()).thread({ policy: "ask" });
  using other = await daemon.connect("other");
  const { id: turnId } = await thread.send(
    steps(exec("echo a >> a.txt"), exec("echo b >> b.txt"), exec("echo a >> a.txt"), {
      text: "ok",
    }),
  );
  const accept = { type: "accept", scope: "once" } as const;
  const first = await thread.pending();
  const stale = { approvalId: first.id, hash: "0".repeat(64), answer: accept };
  await assertRejects(other.call("approval/resolve", stale), "staleConsent");
  const consent = { approvalId: first.id, hash: first.hash, answer: accept, idempotencyKey: "yes" };
  assert.ok((await other.call("approval/resolve", consent)).resolved);
  const second = await thread.until(({ approvals }) => approvals[1]);
  assert.equal(second.state, "pending", "consent for one command was taken for another");
  const borrowed = { approvalId: second.id, hash: first.hash, answer: accept };
  await assertRejects(other.call("approval/resolve", borrowed), "staleConsent");
  const replayed = { ...consent, approvalId: second.id, hash: second.hash };
  await assertRejects(other.call("approval/resolve", replayed), "idempotencyConflict");
  assert.ok((await other.call("approval/resolve", consent)).resolved, "the first answer again");
  const decline = { type: "decline" } as const;
  await other.call("approval/resolve", {
    approvalId: second.id,
    hash: second.hash,
    answer: decline,
  });
  const third = await thread.until(({ approvals }) => approvals[2]);
  assert.equal(third.state, "pending", "consent for once was used twice");
  await other.call("turn/interrupt", { turnId });
  await thread.ended(turnId);
  const files = (await thread.diff()).files.map(({ path }) => path);
  assert.deepEqual(files, ["a.txt"]);
  return "consent is for one subject, once";
}

export const valueAttacks: readonly Attack[] = [
  {
    name: "SQL and search operators, and NUL, in titles, keys and cursors",
    run: operatorsInValues,
  },
  { name: "a megabyte where a name is expected", run: longValues },
  { name: "text that acts on the terminal, in titles and commands", run: actingText, slow: true },
  { name: "ids of another project, thread or kind", run: mixedIds },
  { name: "another client's idempotency key, with other params", run: repeatedKeys },
  { name: "consent that is replayed, borrowed or stale", run: replayedConsent },
];
