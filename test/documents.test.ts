import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addFile, exec, replaceLine, type Step, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

let daemon: TestDaemon;
let project: TestProject;
const code = "export const one = 1;\n\nexport const two = 2;\n";
beforeAll(async () => {
  daemon = await startTestDaemon();
  const files = { "src/a.ts": code, "README.md": "# Sample\n", "CHANGELOG.md": "# Changes\n" };
  project = await daemon.project(files);
});
afterAll(() => daemon[Symbol.asyncDispose]());

/** The results that the model was given, oldest first. */
function results(thread: TestThread): string[] {
  const items = daemon.requestsOf(thread).at(-1)?.items ?? [];
  return items.flatMap(({ output }) => (output === undefined ? [] : [String(output)]));
}

describe("a document turn", () => {
  const document = (thread: TestThread, ...work: Step[]) =>
    thread.say(steps(...work, { text: "done" }), { mode: "document" });

  test("changes documents and comments; all else is taken back, whatever changed it", async () => {
    const thread = await project.thread();
    const turn = await document(
      thread,
      addFile("docs/guide.md", "See [the code](../src/a.ts)."),
      replaceLine("src/a.ts", "export const one = 1;", "export const one = 1; // The first."),
      replaceLine("src/a.ts", "export const two = 2;", "export const two = 3;"),
      addFile("src/new.ts", "x"),
      exec("sed -i s/one/uno/ src/a.ts; rm README.md; chmod +x src/a.ts CHANGELOG.md"),
    );
    expect(turn).toMatchObject({ state: "done", mode: "document" });
    const { files } = await thread.diff();
    expect(files.map(({ path, kind }) => [path, kind])).toEqual([["docs/guide.md", "added"]]);
    expect(results(thread).filter((text) => text.includes("taken back"))).toHaveLength(3);
  });

  test("writes comments into code", async () => {
    const thread = await project.thread();
    const commented = "export const one = 1; // The first.";
    await document(thread, replaceLine("src/a.ts", "export const one = 1;", commented));
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["src/a.ts"]);
  });

  test("names only files that are there", async () => {
    const thread = await project.thread();
    const mend = replaceLine("docs/x.md", "See `src/gone.ts`.", "See `src/a.ts`.");
    const turn = await document(
      thread,
      addFile("docs/x.md", "See `src/gone.ts`."),
      { text: "done" },
      mend,
    );
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 1 } });
    expect(JSON.stringify(daemon.requestsOf(thread).at(-1)?.items)).toContain(
      "docs/x.md:1 names src/gone.ts, which is not there",
    );
  });

  test("judges the names that it wrote, but for those that git ignores", async () => {
    const files = {
      ".gitignore": "dist/\n",
      "README.md": "Run `dist/app.js` or `src/old.js`.\n\n# Sample\n",
    };
    const thread = await (await daemon.project(files)).thread();
    const mend = replaceLine("README.md", "# Sample", "# A sample, of `dist/b.js` and `src/c.js`");
    const turn = await document(thread, mend, exec("sed -i 's/ and .src.c.js.//' README.md"));
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 0 } });
  });

  test("leaves no name standing of a document that it removes", async () => {
    const files = { "docs/a.md": "# A\n\nSee `docs/b.md`.\n", "docs/b.md": "# B\n" };
    const thread = await (await daemon.project(files)).thread();
    const remove = exec("rm docs/b.md; sed -i 's/# A/# The first/' docs/a.md");
    const turn = await document(thread, remove, { text: "done" }, exec("sed -i 3d docs/a.md"));
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 1 } });
  });

  test("writes the changelog whatever its ending, and that only counts if it says something", async () => {
    const files = { "src/a.ts": code, "CHANGES.rst": "Changes\n=======\n" };
    const thread = await (await daemon.project(files)).thread();
    await thread.say(steps(addFile("src/b.ts", "export const b = 1;"), { text: "done" }));
    const turn = await document(
      thread,
      exec("echo >> CHANGES.rst"),
      { text: "done" },
      exec("echo '- There is a b.' >> CHANGES.rst"),
    );
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 1 } });
    expect(turn.proof?.problems).toEqual([]);
  });

  test("after code was changed has an entry in the changelog", async () => {
    const thread = await project.thread();
    await thread.say(steps(addFile("src/b.ts", "export const b = 1;"), { text: "done" }));
    const entry = replaceLine("CHANGELOG.md", "# Changes", "# Changes\n+\n+- There is a b.");
    const turn = await document(thread, { text: "nothing to do" }, entry);
    expect(turn).toMatchObject({ state: "done", proof: { rounds: 1 } });
    expect(JSON.stringify(daemon.requestsOf(thread).at(-1)?.items)).toContain(
      "CHANGELOG.md has no entry for what this thread changed in src/b.ts",
    );
  });

  test("that is interrupted has changed no code either", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const slow = exec("sed -i s/one/uno/ src/a.ts; echo x > docs.md; echo begun; sleep 271");
    const { id } = await thread.send(steps(slow), { mode: "document" });
    await thread.streamed("begun\n".length);
    await thread.client.call("turn/interrupt", { turnId: id });
    await thread.ended(id);
    expect(readFileSync(`${worktree}/src/a.ts`, "utf8")).toBe(code);
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["docs.md"]);
  });

  const hide =
    "echo a > .gitignore; mkdir -p a/b; echo b > a/.gitignore; echo new.js > a/b/.gitignore";

  test("hides no code behind files that git reads, after an effect", async () => {
    const thread = await project.thread();
    const made = exec(`${hide}; echo x > a/b/new.js; echo x > docs.md`);
    const turn = await document(thread, made, exec("find . -not -path './.git*' -newer README.md"));
    expect(turn).toMatchObject({ state: "done" });
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["docs.md"]);
    const [first, second] = results(thread);
    expect(first).toContain("taken back: .gitignore, a/.gitignore, a/b/.gitignore, a/b/new.js.");
    expect(second).not.toContain("new.js");
  });

  test("that is interrupted hides no code either", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const slow = exec(`${hide}; echo x > a/b/new.js; echo x > docs.md; echo begun; sleep 271`);
    const { id } = await thread.send(steps(slow), { mode: "document" });
    await thread.streamed("begun\n".length);
    await thread.client.call("turn/interrupt", { turnId: id });
    await thread.ended(id);
    expect(existsSync(`${worktree}/a`)).toBe(false);
    expect((await thread.diff()).files.map(({ path }) => path)).toEqual(["docs.md"]);
  });

  test("commits nothing where code cannot be taken back", async () => {
    const thread = await project.thread();
    const { worktree } = await thread.ready();
    const deep = "d=.; for i in $(seq 25); do mkdir $d/d; echo d > $d/.gitignore; d=$d/d; done";
    const slow = exec(`${deep}; echo x > $d/new.js; echo x > docs.md; echo begun; sleep 271`);
    const { id } = await thread.send(steps(slow), { mode: "document" });
    await thread.streamed("begun\n".length);
    await thread.client.call("turn/interrupt", { turnId: id });
    const turn = await thread.ended(id);
    expect(turn).toMatchObject({ state: "failed", commit: null, failure: { kind: "conflict" } });
    expect(turn.failure?.message).toContain("a document turn may not change d/");
    expect(existsSync(`${worktree}/docs.md`)).toBe(true);
  });
});
