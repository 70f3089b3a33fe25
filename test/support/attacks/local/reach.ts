import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Part } from "@heddle/protocol";
import { steps } from "../../steps.ts";
import { startTestDaemon, type TestDaemon } from "../../test-daemon.ts";
import type { Attack, Ground } from "../attack.ts";
import { assertRejects, bystanderIsServed } from "./bystander.ts";

const secret = "canary-4711-private";

async function foreignProjects(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const client = await daemon.client();
  const { path } = (await ground.project()).project;
  const home = join(daemon.root, "home");
  symlinkSync("/", join(daemon.root, "link-to-root"));
  const places = [
    ...["/", "/etc", "/proc", "/proc/self/root", "/dev/null", "/usr"],
    ...[home, join(home, ".ssh"), daemon.paths.state, daemon.paths.runtime],
    ...[`${path}/../../../../../../etc`, join(daemon.root, "link-to-root"), `${path}\0/etc`],
    ...["relative/path", "../..", "~", ""],
  ];
  const kinds = ["notGranted", "notARepository", "notFound", "invalidParams"] as const;
  for (const place of places) {
    await assertRejects(client.call("project/add", { path: place, access: "rw" }), ...kinds);
  }
  await bystanderIsServed(daemon);
  return `${places.length} places are refused`;
}

async function foreignGrants(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const client = await daemon.client();
  const { id: projectId, path } = (await ground.project()).project;
  const home = join(daemon.root, "home");
  symlinkSync(join(home, ".ssh"), join(daemon.root, "innocent"));
  const places = [
    ...["/", "/etc", "/proc/self/root", home, `${home}/.ssh`, `${home}/x/../.ssh`],
    ...[daemon.paths.state, join(daemon.paths.state, "worktrees"), daemon.paths.runtime, "/tmp"],
    ...[join(daemon.root, "innocent"), `${path}/../../..`, `${path}\0`, "relative", ""],
  ];
  for (const value of places) {
    for (const kind of ["root", "toolchain"] as const) {
      const call = client.call("project/grant", { projectId, resource: { kind, value } });
      await assertRejects(call, "notGranted", "notFound", "invalidParams");
    }
  }
  return `${places.length} places, by any way to them, are refused`;
}

/** Input that names something outside of the worktree; nothing of it may reach the model. */
async function foreignFiles(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project();
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  const outside = join(daemon.root, "outside.txt");
  writeFileSync(outside, secret);
  symlinkSync(outside, join(worktree, "link.txt"));
  symlinkSync(daemon.root, join(worktree, "directory"));
  const up = "../".repeat(20);
  const files = [
    ...[outside, `${up}${outside}`, "link.txt", "directory/outside.txt", "a.txt/../link.txt"],
    ...["./directory/../directory/outside.txt", ".git", `/proc/self/root${outside}`, "a.txt\0"],
  ];
  for (const path of files) await sendInVain(daemon, thread, { type: "file", path });
  assert.ok(!JSON.stringify(daemon.requestsOf(thread)).includes(secret), "the model was sent it");
  const { state } = await thread.say([
    ...[{ type: "text", text: "[[say n=1]]" } as const],
    { type: "file", path: "a.txt" },
  ]);
  assert.equal(state, "done", "a file of the worktree is taken");
  return `${files.length} paths lead to nothing outside`;
}

async function sendInVain(
  daemon: TestDaemon,
  thread: Awaited<ReturnType<Awaited<ReturnType<TestDaemon["project"]>>["thread"]>>,
  part: Part,
): Promise<void> {
  const asked = daemon.requestsOf(thread).length;
  const { state } = await thread.say([{ type: "text", text: "[[say n=1]]" }, part]);
  const shown = JSON.stringify(part);
  assert.equal(state, "failed", `${shown} was taken`);
  assert.equal(daemon.requestsOf(thread).length, asked, `${shown} was sent to the model`);
}

/** Images are read where the user points, but neither waited for nor read without an end. */
async function endlessImages(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using thread = await (await daemon.project()).thread();
  const at = (name: string) => join(daemon.root, name);
  execFileSync("mkfifo", [at("pipe.png")]);
  symlinkSync("/dev/zero", at("zero.png"));
  mkdirSync(at("directory.png"));
  writeFileSync(at("large.png"), Buffer.alloc(5_000_000));
  writeFileSync(at("key"), secret);
  const images = ["pipe.png", "zero.png", "directory.png", "large.png", "key", "missing.png"];
  for (const name of images) await sendInVain(daemon, thread, { type: "image", path: at(name) });
  await bystanderIsServed(daemon);
  return `${images.length} of them are refused at once`;
}

/** Settings name what worktrees borrow and copy from the checkout: nothing outside of it. */
async function foreignLoans(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const outside = join(daemon.root, "loan");
  mkdirSync(outside);
  writeFileSync(join(outside, "secret.txt"), secret);
  const up = "../".repeat(20);
  const places = [
    outside,
    `${up}${outside}`,
    "link",
    "link/secret.txt",
    "node_modules/../link",
    "/",
  ];
  const settings = { lend: places, copy: [...places, `${up}${outside}/secret.txt`, ".env"] };
  const project = await daemon.project({ ".gitignore": "link\n.env\nnode_modules\n" }, settings);
  symlinkSync(outside, join(project.repository.path, "link"));
  writeFileSync(join(project.repository.path, ".env"), "KEY=1\n");
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  assert.equal(
    readFileSync(join(worktree, ".env"), "utf8"),
    "KEY=1\n",
    "nothing was copied at all",
  );
  assert.ok(!existsSync(join(worktree, "link")));
  const copied = globSync("**/*", { cwd: worktree }).filter((name) => name.includes("secret"));
  assert.deepEqual(copied, []);
  const { state } = await thread.say(
    steps({ calls: [{ tool: "exec_command", input: { cmd: `cat ${outside}/secret.txt` } }] }),
  );
  assert.equal(state, "done");
  assert.ok(!thread.lastOutput().includes(secret), "the box shows what was not lent");
  return `${places.length} places are neither lent nor copied`;
}

async function branchNames(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const client = await daemon.client();
  const { id: projectId } = (await ground.project()).project;
  const names = [
    ...["--upload-pack=touch /tmp/x", "-D", "../../heads/main", "main..main", "main@{1}", "main~1"],
    ...["HEAD:a.txt", "/etc/passwd", "a b", "a\nb", "a\0b", ".lock", "x.lock", "refs/heads/main"],
  ];
  for (const target of names) {
    const call = client.call("thread/start", { projectId, title: "named", target });
    await assertRejects(call, "invalidParams", "notFound");
  }
  return `${names.length} names are refused`;
}

/** Patterns that take a backtracking matcher longer than anybody waits. */
async function slowPatterns(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project({ "a.txt": `${"a".repeat(50_000)}!\n` });
  await using thread = await project.thread();
  const patterns = [
    "(a+)+$",
    "(a|aa)+$",
    "(a*)*b",
    "(.*a){30}",
    "((a{1,99}){1,99}){1,99}",
    "(?=a)",
  ];
  const calls = patterns.map((pattern) => ({ tool: "search", input: { pattern } }));
  const turn = await thread.send(steps({ calls }, { text: "ok" }));
  await bystanderIsServed(daemon);
  assert.equal((await thread.ended(turn.id)).state, "done");
  const branch = `${"a/".repeat(124)}!.`;
  const client = await daemon.client();
  const { id: projectId } = project.project;
  const call = client.call("thread/start", { projectId, title: "slow", target: branch });
  await assertRejects(call, "invalidParams", "notFound");
  return `${patterns.length} patterns are matched, or refused, in linear time`;
}

async function keysInSight(): Promise<string> {
  const env = { CANARY_KEY: secret };
  const model = { apiKey: secret };
  const provider = 'api_key_env = "CANARY_KEY"';
  await using daemon = await startTestDaemon({ env, model, provider });
  const client = await daemon.client();
  const { thread: start, project } = await daemon.project();
  await using thread = await start();
  await thread.say(steps({ calls: [{ tool: "exec_command", input: { cmd: "env; sleep 0.1" } }] }));
  assert.equal(daemon.requestsOf(thread)[0]?.headers.authorization, `Bearer ${secret}`);
  const commandLines = globSync("/proc/[0-9]*/cmdline").map(readQuietly);
  const answers = await Promise.all([
    client.call("daemon/status", {}),
    client.call("daemon/doctor", {}),
    client.call("model/list", {}),
    client.call("project/read", { projectId: project.id }),
    thread.read(),
  ]);
  const seen = [
    daemon.log(),
    ...commandLines,
    JSON.stringify(answers),
    JSON.stringify(thread.events),
  ];
  assert.ok(!seen.some((text) => text.includes(secret)), "the key is in sight");
  return "in no argument, log line, answer or event";
}

function readQuietly(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

export const reachAttacks: readonly Attack[] = [
  { name: "projects at places that hold more than a repository", run: foreignProjects },
  { name: "grants of such places, by any way to them", run: foreignGrants },
  { name: "files of the input that lead out of the worktree", run: foreignFiles },
  { name: "images that are pipes, devices or without an end", run: endlessImages },
  { name: "lent folders and copied files outside of the checkout", run: foreignLoans },
  { name: "branch names that are options, revisions or paths", run: branchNames },
  { name: "patterns on which a backtracking matcher hangs", run: slowPatterns },
  { name: "keys in arguments, log lines, answers and events", run: keysInSight, slow: true },
];
