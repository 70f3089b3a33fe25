import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addFile, endSession, exec, replaceLine, type Step } from "../../steps.ts";
import type { Attack, Ground } from "../attack.ts";
import { boxed, done } from "../life.ts";

let places = 0;
/** The model knows the first line, and is never to learn the second. */
const content = "top secret\nhidden line\n";

interface Outside {
  readonly path: string;
  /** Fails unless its files are as they were. */
  untouched(): void;
}

/** A directory of the user's with a secret in it, which nothing was granted of. */
async function outside(ground: Ground, name = "outside"): Promise<Outside> {
  const path = join((await ground.daemon()).root, `${name}-${++places}`);
  mkdirSync(path);
  const secret = join(path, "secret.txt");
  writeFileSync(secret, content, { mode: 0o600 });
  return {
    path,
    untouched: () => {
      assert.deepEqual(readdirSync(path), ["secret.txt"]);
      assert.equal(readFileSync(secret, "utf8"), content);
      assert.equal(statSync(secret).nlink, 1);
    },
  };
}

const tool = (name: string, input: unknown): Step => ({ calls: [{ tool: name, input }] });
const patch = (...lines: string[]): Step =>
  tool("apply_patch", ["*** Begin Patch", ...lines, "*** End Patch"].join("\n"));

async function links(ground: Ground): Promise<string> {
  const { path, untouched } = await outside(ground);
  await using thread = await (await ground.project()).thread();
  const { worktree } = await thread.ready();
  await done(
    thread,
    exec(`ln -s ${path} dir; ln -s ${path}/secret.txt file; echo fine > real.txt
      cat dir/secret.txt file; echo x > file; echo x > dir/x; cp file copy; mv dir/secret.txt .`),
    ...["file", "dir/secret.txt", `${path}/secret.txt`, `../../../../../..${path}/secret.txt`].map(
      (name) => tool("read_file", { path: name }),
    ),
    addFile("dir/added.txt", "x"),
    addFile(`${path}/added.txt`, "x"),
    replaceLine("file", "top secret", "changed"),
    replaceLine("dir/secret.txt", "top secret", "changed"),
    patch("*** Delete File: dir/secret.txt"),
    patch("*** Update File: real.txt", "*** Move to: dir/moved.txt", "@@", "-fine", "+moved"),
    patch("*** Update File: dir/secret.txt", "*** Move to: mine.txt", "@@", "-top secret", "+x"),
    tool("read_file", { path: "real.txt" }),
  );
  untouched();
  await thread.say([
    { type: "file", path: "dir/secret.txt" },
    { type: "file", path: "file" },
    { type: "text", text: "[[say n=1]]" },
  ]);
  const daemon = await ground.daemon();
  const sent = JSON.stringify(daemon.requestsOf(thread).map(({ body }) => body));
  assert.doesNotMatch(sent, /hidden line/, "the model was shown the secret");
  const shown = thread.items("toolCall").map(({ text }) => text);
  assert.match(shown.at(-1) ?? "", /fine/, "the control does not work");
  assert.equal(readdirSync(worktree).includes("mine.txt"), false);
  return "shell, read_file, every kind of patch and attached files stayed inside";
}

async function likeNames(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project();
  const granted = await outside(ground, "p");
  const evil = await outside(ground, "x");
  const twin = `${granted.path}-evil`;
  mkdirSync(twin);
  writeFileSync(join(twin, "secret.txt"), "twin secret\n");
  const client = await daemon.client();
  const resource = { kind: "root", value: granted.path } as const;
  await client.call("project/grant", { projectId: project.project.id, resource });
  await using thread = await project.thread();
  const { worktree } = await thread.ready();
  const output = await boxed(
    thread,
    `cat ${granted.path}/secret.txt ${twin}/secret.txt ${evil.path}/secret.txt
     mkdir ${worktree}-evil; echo x > ${granted.path}/x; ls -d ${twin}`,
  );
  assert.match(output, /^top secret$/m, "what is granted cannot be read");
  assert.equal(output.match(/top secret/g)?.length, 1, output);
  assert.doesNotMatch(output, /twin secret/);
  granted.untouched();
  return "a granted folder opens no folder of a like name";
}

const rounds = 40;

async function swaps(ground: Ground): Promise<string> {
  const { path, untouched } = await outside(ground);
  await using thread = await (await ground.project()).thread();
  const swap = `mkdir -p d; while :; do mv -T d e; ln -s ${path} d; rm d; mv -T e d; done 2>/dev/null`;
  const writes = Array.from({ length: rounds }, (_, round) => addFile(`d/${round}.txt`, "x"));
  const reads = Array.from({ length: rounds }, (_, round) =>
    tool("read_file", { path: "d/secret.txt", limit: round + 1 }),
  );
  await done(thread, exec(swap, { yield_time_ms: 250 }), ...writes, ...reads, endSession(1));
  untouched();
  const texts = thread.items("toolCall").map(({ text }) => text);
  assert.equal(texts.length, rounds);
  assert.doesNotMatch(texts.join("\n"), /hidden line/);
  const changes = thread.items("fileChange");
  const written = changes.filter(({ state }) => state === "completed").length;
  assert.notEqual(written, 0, "nothing was written, so nothing was raced");
  return `${rounds} writes and ${rounds} reads raced, ${written} writes went through, inside`;
}

async function hardLinks(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project();
  const { path, untouched } = await outside(ground);
  const client = await daemon.client();
  const resource = { kind: "root", value: path } as const;
  await client.call("project/grant", { projectId: project.project.id, resource });
  await using thread = await project.thread();
  const { path: checkout } = project.repository;
  const output = await boxed(
    thread,
    `ln ${path}/secret.txt here || echo refused; ln .git git-link || echo refused
     ln ${checkout}/.git/config config || echo refused; echo x > one && ln one two && echo control`,
  );
  assert.equal(output.match(/^refused$/gm)?.length, 3, output);
  assert.match(output, /^control$/m);
  await done(thread, replaceLine("here", "top secret", "changed"));
  untouched();
  return "no hard link to a file outside could be made";
}

async function lentFolders(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const project = await daemon.project({ ".gitignore": "node_modules\n", "package.json": "{}\n" });
  const { repository } = project;
  repository.write({ "node_modules/pkg/index.js": "original\n", "node_modules/.bin/run": "run\n" });
  await using thread = await project.thread();
  const target = "node_modules/pkg/index.js";
  const output = await boxed(
    thread,
    `cat ${target}; echo evil > ${target}; echo evil > node_modules/pkg/new.js; rm -r node_modules/pkg/*
     d=$(realpath node_modules/pkg); echo evil > $d/index.js; chmod 777 $d; mv $d $d-moved`,
  );
  assert.match(output, /^original$/m, "the lent folder cannot be read");
  await done(
    thread,
    replaceLine(target, "original", "evil"),
    addFile("node_modules/pkg/x.js", "x"),
  );
  assert.equal(repository.read(target), "original\n");
  assert.deepEqual(readdirSync(join(repository.path, "node_modules/pkg")), ["index.js"]);
  return "the user's node_modules is as it was";
}

async function gitFiles(ground: Ground): Promise<string> {
  const project = await ground.project();
  const { repository } = project;
  await using thread = await project.thread();
  const { branch } = await thread.ready();
  const git = join(repository.path, ".git");
  const state = () =>
    [repository.git("for-each-ref"), readFileSync(join(git, "config"), "utf8")].concat(
      readdirSync(join(git, "hooks")),
    );
  await boxed(thread, "true");
  const before = state();
  const output = await boxed(
    thread,
    `for f in hooks/post-checkout config HEAD refs/heads/evil packed-refs worktrees/*/HEAD worktrees/*/commondir objects/info/alternates
       do echo x > ${git}/$f || echo refused; done
     git config core.hooksPath /tmp; git branch evil; git commit --allow-empty -qm x; git update-ref -d refs/heads/${branch}
     echo x > .git; rm -f .git; mv .git x; git log --oneline | head -1`,
  );
  assert.equal(output.match(/^refused$/gm)?.length, 8, output);
  assert.match(output, /start$/m, "git cannot be read");
  const untouchedByTurn = ([refs = "", ...rest]: string[]) => [
    refs.split("\n").filter((line) => !line.includes("refs/heddle/")),
    rest,
  ];
  assert.deepEqual(untouchedByTurn(state()), untouchedByTurn(before));
  return "hooks, config, refs and objects could not be written";
}

export const fileAttacks: readonly Attack[] = [
  { name: "symlinks to secrets, by shell, by file tools and as attached files", run: links },
  { name: "a folder whose name begins like a granted one", run: likeNames },
  { name: "a folder swapped for a link during writes and reads", run: swaps, slow: true },
  { name: "hard links to files outside", run: hardLinks },
  { name: "writing to lent dependencies through their links", run: lentFolders },
  { name: "writing to git's hooks, config, refs and objects", run: gitFiles },
];
