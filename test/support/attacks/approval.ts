import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Approval, Turn } from "@heddle/protocol";
import { printable } from "../../../packages/cli/src/terminal/printable.ts";
import { plain } from "../../../packages/cli/src/terminal/style.ts";
import { approvalText } from "../../../packages/cli/src/thread/approval-text.ts";
import { diffText } from "../../../packages/cli/src/thread/diff-text.ts";
import { addFile, exec, replaceLine, type Step, steps } from "../steps.ts";
import { startTestDaemon } from "../test-daemon.ts";
import type { TestThread } from "../test-thread.ts";
import type { AttackGroup, Ground } from "./attack.ts";
import { done } from "./life.ts";

const once: Answer = { type: "accept", scope: "once" };
const always: Answer = { type: "accept", scope: "thread" };
const finished: Step = { text: "done" };

async function asking(ground: Ground): Promise<TestThread> {
  return (await ground.project()).thread({ policy: "ask" });
}

async function resolve(thread: TestThread, { id, hash }: Approval, answer: Answer, shown = hash) {
  const params = { approvalId: id, hash: shown, answer };
  return await thread.client.call("approval/resolve", params);
}

/** The approval of that number, as soon as it is asked for. */
function numbered(thread: TestThread, number: number): Promise<Approval> {
  return thread.until(({ approvals }) => approvals[number - 1]);
}

async function landsOnlyWhatWasShown(ground: Ground): Promise<string> {
  const project = await (await ground.daemon()).project();
  await using thread = await project.thread();
  await done(thread, addFile("shown.txt", "shown"));
  const { treeHash } = await thread.diff();
  await done(thread, addFile("hidden.txt", "hidden"));
  const refusal = await thread.land({ treeHash }).then(
    ({ state, failure }) => `${state}: ${failure?.kind}`,
    ({ kind }) => String(kind),
  );
  assert.match(refusal, /staleReview/);
  assert.equal(project.repository.git("log", "--format=%s", "main"), "start");
  return "the landing is refused, the target has not moved";
}

async function everyChangeIsShown(ground: Ground): Promise<string> {
  const files = { "a.txt": "one\n", "b.sh": "echo\n", "c.txt": "c\n", "d.txt": "d\n" };
  const project = await (await ground.daemon()).project(files);
  await using thread = await project.thread();
  const cmd = [
    "printf '* -diff\\n*.txt binary linguist-generated\\n' > .gitattributes",
    "echo two > a.txt",
    "chmod +x b.sh",
    "ln -s /etc/passwd link",
    "printf 'if (admin\\u202e\\u2066// \\u2069\\u2066) {\\n' > bidi.txt",
    "printf 'pass\\u200bword\\r\\033[2K\\n' > invisible.txt",
    "rm c.txt && mkdir c.txt && echo x > c.txt/x",
    "git rm -q --cached d.txt; printf 'replaced\\n' > d.txt",
    "printf '\\000\\001' > data.bin",
    "git update-index --assume-unchanged a.txt --skip-worktree a.txt",
    "printf 'x\\n' > '-rf'; printf 'x\\n' > $'new\\nline'",
    "mkdir .github && echo on > .github/evil.yml",
  ];
  await done(thread, exec(cmd.join("\n")));
  const diff = await thread.diff();
  const paths = diff.files.map(({ path }) => path).sort();
  const changed = [
    ...["-rf", ".gitattributes", ".github/evil.yml", "a.txt", "b.sh", "bidi.txt", "c.txt"],
    ...["c.txt/x", "d.txt", "data.bin", "invisible.txt", "link", "new\nline"],
  ];
  assert.deepEqual(paths, changed.sort());
  const shown = diffText(diff, { paint: plain, shown: printable });
  for (const sign of ["+two", "new mode 100755", "new file mode 120000", "Binary files differ"]) {
    assert.ok(shown.includes(sign), `the diff does not show: ${sign}`);
  }
  assert.match(shown, /admin\\u\{202e\}\\u\{2066\}/);
  assert.match(shown, /pass\\u\{200b\}word\\x0d\\x1b\[2K/);
  return `${paths.length} changes, all shown`;
}

async function commandsAreShownWhole(ground: Ground): Promise<string> {
  const disguises = [
    "echo hello\r\u001b[2Kls",
    "echo \u001b]0;title\u0007\u001b]52;c;ZXZpbA==\u0007",
    "echo safe \u202e dm- mr",
    "echo a\u200bb\u2060c\ufeff\u00ad",
    `echo ok${" ".repeat(5000)}; touch evil`,
    `echo ok${"\n".repeat(300)}touch evil`,
    "echo \u009b2J \u0085 \u2028 \u2029",
    "echo \u{e0001}\u{e0065}\u{e0076}",
  ];
  for (const cmd of disguises) {
    await using thread = await asking(ground);
    const turn = await thread.send(steps(exec(cmd), finished));
    const approval = await thread.pending();
    assert.ok(approval.subject.type === "command" && approval.subject.cmd === cmd);
    const text = approvalText(approval, plain);
    assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, cmd);
    if (cmd.includes("touch evil")) assert.match(text, /touch evil/);
    await resolve(thread, approval, { type: "decline" });
    await thread.ended(turn.id);
  }
  return `${disguises.length} disguises are shown as escapes, nothing is cut`;
}

async function consentIsForOneSubject(ground: Ground): Promise<string> {
  await using thread = await asking(ground);
  await using other = await asking(ground);
  const { worktree } = await other.ready();
  const first = await thread.send(steps(exec("echo a"), finished));
  const second = await other.send(steps(exec("echo b > b.txt"), finished));
  const [a, b] = [await thread.pending(), await other.pending()];
  await assert.rejects(resolve(other, b, once, a.hash), { kind: "staleConsent" });
  await assert.rejects(resolve(other, { ...b, hash: "" }, once), { kind: "staleConsent" });
  await resolve(thread, a, always);
  await thread.ended(first.id);
  assert.equal((await other.pending()).state, "pending");
  assert.ok(!existsSync(join(worktree, "b.txt")));
  await resolve(other, b, { type: "decline" });
  await other.ended(second.id);
  assert.ok(!existsSync(join(worktree, "b.txt")));
  return "the hash of A is refused for B, in another thread too";
}

async function wideConsentIsExact(ground: Ground): Promise<string> {
  await using thread = await asking(ground);
  const cousins = [
    exec("echo a; touch evil"),
    exec("echo a\ntouch evil"),
    exec("echo  a"),
    exec("echo a #"),
    exec("echo a", { tty: true }),
    exec("echo a", { workdir: "d" }),
    exec("echo a && $(touch evil)"),
  ];
  const input = steps(
    exec("mkdir d; echo a"),
    exec("echo a"),
    ...cousins,
    exec("echo a"),
    finished,
  );
  const turn = await thread.send(input);
  await resolve(thread, await numbered(thread, 1), once);
  await resolve(thread, await numbered(thread, 2), always);
  for (const [at] of cousins.entries()) {
    await resolve(thread, await numbered(thread, at + 3), { type: "decline" });
  }
  await thread.ended(turn.id);
  assert.equal(thread.view.approvals.length, cousins.length + 2);
  assert.deepEqual((await thread.diff()).files, []);
  return `${cousins.length} commands that resemble it ask again`;
}

async function consentIsUsedUp(ground: Ground): Promise<string> {
  await using thread = await asking(ground);
  const turn = await thread.send(steps(exec("echo x >> x"), exec("echo x >> x"), finished));
  const first = await thread.pending();
  assert.equal((await resolve(thread, first, once)).resolved, true);
  const second = await numbered(thread, 2);
  assert.equal((await resolve(thread, first, once)).resolved, false);
  assert.equal((await thread.pending()).id, second.id);
  await thread.client.call("turn/interrupt", { turnId: turn.id });
  await thread.ended(turn.id);
  assert.equal((await resolve(thread, second, once)).resolved, false);
  const [file] = (await thread.diff()).files;
  assert.deepEqual(file?.hunks[0]?.lines, ["+x"]);
  return "a replay and a late answer do nothing";
}

async function inputAsksToo(ground: Ground): Promise<string> {
  await using thread = await asking(ground);
  const type = { tool: "write_stdin", input: { session_id: 1, chars: "touch evil\n" } };
  const shell = exec("bash", { tty: true, yield_time_ms: 250 });
  const turn = await thread.send(steps(shell, { calls: [type] }, finished));
  await resolve(thread, await numbered(thread, 1), once);
  const { subject } = await numbered(thread, 2);
  assert.ok(subject.type === "input" && subject.chars === "touch evil\n");
  await resolve(thread, await numbered(thread, 2), { type: "decline" });
  await thread.ended(turn.id);
  assert.deepEqual((await thread.diff()).files, []);
  return "what is typed into a shell that was allowed is asked for by itself";
}

async function treeMayChangeMeanwhile(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project({ "a.txt": "one\n", "d/b.txt": "one\n" });
  await using thread = await project.thread({ policy: "ask" });
  const swap = `until test -e go; do sleep 0.02; done; rm -rf d; ln -s '${daemon.root}' d`;
  const turn = await thread.send(
    steps(
      exec(`${swap}; echo swapped`, { yield_time_ms: 250 }),
      replaceLine("d/b.txt", "one", "evil"),
      finished,
    ),
  );
  await resolve(thread, await numbered(thread, 1), once);
  const asked = await numbered(thread, 2);
  writeFileSync(join((await thread.ready()).worktree, "go"), "");
  await thread.until(() => [...thread.texts.values()].some((text) => text.includes("swapped")));
  await resolve(thread, asked, once);
  await thread.ended(turn.id);
  assert.deepEqual(
    thread.items("fileChange").map(({ state }) => state),
    ["failed"],
  );
  assert.ok(!existsSync(join(daemon.root, "b.txt")));
  return "the patch is refused, nothing was written through the link";
}

async function readOnlyStays(ground: Ground): Promise<string> {
  const project = await ground.project();
  await using thread = await project.thread({ policy: "readOnly" });
  const { worktree } = await thread.ready();
  const cmd =
    "echo x > evil; mv a.txt b; rm -f a.txt; chmod 777 .; mkdir d; ln -s / l; touch a.txt";
  await done(thread, exec(cmd), addFile("evil", "x"), replaceLine("a.txt", "one", "two"));
  assert.deepEqual((await thread.diff()).files, []);
  assert.ok(!existsSync(join(worktree, "evil")));
  return "neither a shell nor a patch writes";
}

async function manyAreKeptApart(_: Ground, count: number): Promise<string> {
  const config = `[threads]\nmax_running = ${count}`;
  await using daemon = await startTestDaemon({ config });
  const project = await daemon.project();
  const client = await daemon.client();
  const waiting: { thread: TestThread; turn: Turn; approval: Approval }[] = [];
  while (waiting.length < count) {
    const thread = await project.thread({ policy: "ask" });
    await thread.ready();
    const turn = await thread.send(steps(exec(`echo ${waiting.length} > n`), finished));
    waiting.push({ thread, turn, approval: await thread.pending() });
  }
  const listed: Approval[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.call("approval/list", cursor === undefined ? {} : { cursor });
    listed.push(...page.data);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  assert.equal(new Set(listed.map(({ id }) => id)).size, count);
  const accepted = waiting.filter((_, at) => at % 2 === 1);
  for (const { thread, turn, approval } of accepted) {
    await resolve(thread, approval, once);
    await thread.ended(turn.id);
  }
  for (const one of waiting) {
    const { worktree } = await one.thread.ready();
    assert.equal(existsSync(join(worktree, "n")), accepted.includes(one), one.turn.id);
  }
  return `${count} waited, exactly the ${accepted.length} that were accepted ran`;
}

/** What an agent does to get consent for something, and to do something else. */
export const approvalAttacks: AttackGroup = {
  name: "approval and review",
  attacks: [
    { name: "the tree changes after its diff was shown", run: landsOnlyWhatWasShown },
    { name: "changes hidden from the diff", run: everyChangeIsShown },
    {
      name: "commands disguised by escapes, bidi, invisible characters and padding",
      run: commandsAreShownWhole,
    },
    { name: "consent for A used for B", run: consentIsForOneSubject },
    { name: "consent for a whole thread stretched by shell tricks", run: wideConsentIsExact },
    { name: "consent used twice, or after an interrupt", run: consentIsUsedUp },
    { name: "typing into a shell that was allowed", run: inputAsksToo },
    { name: "the tree turned into a link while a patch waits", run: treeMayChangeMeanwhile },
    { name: "writing under a policy that only reads", run: readOnlyStays },
    { name: "12 approvals at once", run: (ground) => manyAreKeptApart(ground, 12), slow: true },
    { name: "250 approvals at once", run: (ground) => manyAreKeptApart(ground, 250), slow: true },
  ],
};
