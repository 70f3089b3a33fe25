import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { HeddleClient } from "@heddle/protocol/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRepository } from "./support/repository.ts";
import { addFile, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";

const program = fileURLToPath(new URL("../packages/cli/bin/heddle.js", import.meta.url));

/** A small project: a program over two folders, one of which imports the other, and a test. */
const files = {
  "README.md": "# Loom\n\nLoom weaves threads into cloth, one row at a time.\n",
  "package.json": JSON.stringify(
    {
      name: "loom",
      type: "module",
      bin: { loom: "src/main.ts" },
      scripts: { test: "node --test", lint: "biome check" },
      dependencies: { zod: "^4.0.0" },
    },
    null,
    2,
  ),
  "src/main.ts": 'import { weave } from "./cloth/weave.ts";\n\nweave("a");\n',
  "src/cloth/weave.ts":
    'import * as z from "zod";\nimport { spin } from "../yarn/spin.ts";\n\nexport function weave(name: string): string {\n  return spin(z.string().parse(name));\n}\n',
  "src/yarn/spin.ts": "export function spin(name: string): string {\n  return name.trim();\n}\n",
  "src/yarn/spin.test.ts": 'import { spin } from "./spin.ts";\n\nspin("b");\n',
  "src/old/unused.ts": "export const forgotten = 1;\n",
};

let daemon: TestDaemon;
let client: HeddleClient;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  client = await daemon.client();
  project = await daemon.project(files);
});
afterAll(() => daemon[Symbol.asyncDispose]());

function heddle(
  args: readonly string[],
  { cwd = project.repository.path, columns = "" } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { promise, resolve } = Promise.withResolvers<{
    code: number | null;
    stdout: string;
    stderr: string;
  }>();
  const env = { ...daemon.env, COLUMNS: columns };
  const child = execFile(process.execPath, [program, ...args], { env, cwd }, (_, stdout, stderr) =>
    resolve({ code: child.exitCode, stdout, stderr }),
  );
  return promise;
}

const here = () => ({ projectId: project.project.id });

describe("the facts of a project", () => {
  test("tell what it is made of, each with the place that shows it", async () => {
    const facts = await client.call("code/analyze", here());
    expect(facts).toMatchObject({
      root: project.repository.path,
      commit: project.repository.git("rev-parse", "HEAD"),
      about: {
        text: "Loom weaves threads into cloth, one row at a time.",
        place: { path: "README.md", line: 3 },
      },
      notes: [],
      files: 7,
      sources: 5,
      languages: [{ language: "typescript", files: 5, share: 1 }],
    });
    expect(facts.entryPoints.rows).toEqual([
      {
        kind: "command",
        name: "loom",
        path: "src/main.ts",
        place: { path: "package.json", line: 5 },
      },
    ]);
    expect(facts.packages.arrows.rows).toEqual([
      {
        from: "src",
        to: "src/cloth",
        imports: 1,
        place: { path: "src/main.ts", line: 1 },
        cyclic: false,
      },
      {
        from: "src/cloth",
        to: "src/yarn",
        imports: 1,
        place: { path: "src/cloth/weave.ts", line: 2 },
        cyclic: false,
      },
    ]);
    expect(facts.packages.packages.rows.map(({ folder, layer }) => [folder, layer])).toEqual([
      ["src", 2],
      ["src/cloth", 1],
      ["src/yarn", 0],
      ["src/old", 0],
    ]);
    expect(facts.dependencies.rows).toEqual([
      {
        name: "zod",
        ecosystem: "npm",
        wanted: "^4.0.0",
        locked: null,
        use: "runtime",
        place: { path: "package.json", line: 12 },
        importedBy: 1,
        firstImport: { path: "src/cloth/weave.ts", line: 1 },
      },
    ]);
    expect(facts.deadFiles.rows).toEqual([
      { place: { path: "src/old/unused.ts", line: 1 }, codeLines: 1 },
    ]);
    expect(facts.tests.pairs.rows).toEqual([
      {
        test: { path: "src/yarn/spin.test.ts", line: 1 },
        source: "src/yarn/spin.ts",
        by: "import",
      },
    ]);
    expect(facts.checks).toEqual([
      {
        kind: "test",
        command: "npm test",
        place: { path: "package.json", line: 8 },
        source: "manifest",
      },
      {
        kind: "lint",
        command: "npm run lint",
        place: { path: "package.json", line: 9 },
        source: "manifest",
      },
    ]);
    expect(facts.history).toMatchObject({ commits: 1, whole: true, authors: 1 });
  });

  test("are those of the files as they are now", async () => {
    await using other = await startProject();
    const before = await client.call("code/analyze", other.where);
    expect(before.about?.text).toMatch(/^Loom weaves/);
    other.repository.write({
      "README.md": "Now it says something else entirely.\n",
      "src/old/unused.ts": 'import "../yarn/spin.ts";\n',
      "src/main.ts": `${files["src/main.ts"]}import "./old/unused.ts";\n`,
    });
    const after = await client.call("code/analyze", other.where);
    expect(after.about?.text).toBe("Now it says something else entirely.");
    expect(after.deadFiles.rows).toEqual([]);
  });

  test("of a thread are those of its worktree", async () => {
    const thread = await project.thread();
    await thread.say(
      steps(addFile("src/new.py", "def sew_on():", "    return 1"), { text: "done" }),
    );
    const facts = await client.call("code/analyze", { threadId: thread.id });
    expect(facts.languages.map(({ language }) => language)).toEqual(["typescript", "python"]);
    expect((await client.call("code/analyze", here())).languages).toHaveLength(1);
  });

  test("are not told before the project may be read", async () => {
    using repository = makeRepository(files);
    const { id } = await client.call("project/add", { path: repository.path });
    for (const method of ["code/analyze", "code/index", "code/map"] as const) {
      await expect(client.call(method, { projectId: id })).rejects.toMatchObject({
        kind: "notGranted",
        message: expect.stringContaining("heddle project grant --ro"),
      });
    }
    await client.call("project/grant", { projectId: id, access: "ro" });
    expect(await client.call("code/analyze", { projectId: id })).toMatchObject({ files: 7 });
  });

  test.each([[{}], [{ path: "/tmp", projectId: "prj_00000000-0000-7000-8000-000000000000" }]])(
    "need exactly one tree, and not %j",
    async (where) => {
      await expect(client.call("code/analyze", where as never)).rejects.toMatchObject({
        kind: "invalidParams",
      });
    },
  );
});

/** A project of its own, for a test that changes it. */
async function startProject() {
  const { project: row, repository } = await daemon.project(files);
  return { where: { projectId: row.id }, repository, [Symbol.asyncDispose]: async () => {} };
}

describe("a file", () => {
  test("is told with what it imports, and where that leads", async () => {
    const file = "src/cloth/weave.ts";
    expect(await client.call("code/imports", { ...here(), file })).toEqual({
      data: [
        { place: { path: file, line: 1 }, specifier: "zod", kind: "package", targets: ["zod"] },
        {
          place: { path: file, line: 2 },
          specifier: "../yarn/spin.ts",
          kind: "files",
          targets: ["src/yarn/spin.ts"],
        },
      ],
    });
  });

  test("is told with who imports it, by its absolute path as well", async () => {
    const file = join(project.repository.path, "src/yarn/spin.ts");
    const { data } = await client.call("code/importers", { ...here(), file });
    expect(data.map(({ place }) => place)).toEqual([
      { path: "src/cloth/weave.ts", line: 2 },
      { path: "src/yarn/spin.test.ts", line: 1 },
    ]);
  });

  test("is reached from another by the shortest chain of imports", async () => {
    const chain = (from: string, to: string) => client.call("code/why", { ...here(), from, to });
    const { data } = await chain("src/main.ts", "src/yarn/spin.ts");
    expect(data.map(({ place, targets }) => [place.path, place.line, ...targets])).toEqual([
      ["src/main.ts", 1, "src/cloth/weave.ts"],
      ["src/cloth/weave.ts", 2, "src/yarn/spin.ts"],
    ]);
    expect(await chain("src/yarn/spin.ts", "src/main.ts")).toEqual({ data: [] });
  });

  test.each([["../outside.ts"], ["/etc/passwd"]])("outside, as %s is, is refused", async (file) => {
    await expect(client.call("code/imports", { ...here(), file })).rejects.toMatchObject({
      kind: "invalidParams",
    });
  });

  test("that is not there is not found", async () => {
    await expect(client.call("code/imports", { ...here(), file: "a.ts" })).rejects.toMatchObject({
      kind: "notFound",
    });
  });
});

test("a name is told with its definition, imports and uses", async () => {
  const { data, total } = await client.call("code/refs", { ...here(), symbol: "spin" });
  expect(total).toBe(5);
  expect(data[0]).toEqual({
    place: { path: "src/yarn/spin.ts", line: 1 },
    kind: "definition",
    text: "export function spin(name: string): string {",
  });
  expect(data.map(({ kind }) => kind).sort()).toEqual([
    "definition",
    "import",
    "import",
    "use",
    "use",
  ]);
});

test("the map shows definitions with their lines, within its budget", async () => {
  const { text } = await client.call("code/map", here());
  expect(text).toContain("src/yarn/spin.ts: 1 spin");
  expect(text.length).toBeLessThan(1500 * 4);
});

describe("a question", () => {
  const ask = (...lines: string[]) =>
    client.call("code/ask", { ...here(), question: steps({ text: lines.join("\n") }) });

  test("is answered by claims whose places exist; the others are dropped and counted", async () => {
    const answer = await ask(
      "- weave calls spin [src/cloth/weave.ts:5].",
      "- It is fast [src/none.ts:1].",
      "- It is pretty.",
    );
    expect(answer).toEqual({
      claims: [{ text: "weave calls spin.", places: [{ path: "src/cloth/weave.ts", line: 5 }] }],
      dropped: 2,
      model: "local/scripted",
    });
  });

  test("is sent once, without tools, with the code that it is about", async () => {
    const before = daemon.model.requests().length;
    await client.call("code/ask", { ...here(), question: "Who calls spin? [[ok]]" });
    const sent = daemon.model.requests().slice(before);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.tools).toEqual([]);
    expect(JSON.stringify(sent[0]?.body.input)).toContain("1\\texport function spin");
  });
});

describe("the command line", () => {
  test("tells the facts in words", async () => {
    const { code, stdout } = await heddle(["analyze"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Loom weaves threads into cloth, one row at a time.  README.md:3\n");
    expect(stdout).toContain("command loom: src/main.ts  package.json:5\n");
    expect(stdout).toContain(
      "src/cloth → src/yarn: 1 import; the first is  src/cloth/weave.ts:2\n",
    );
    expect(stdout).not.toContain("\u001b");
  });

  test("prints the facts as the daemon has them, and draws them", async () => {
    const picture = join(daemon.root, "parts.svg");
    const { stdout } = await heddle(["analyze", "src", "--json", "--svg", picture]);
    expect(JSON.parse(stdout)).toEqual(await client.call("code/analyze", here()));
    expect(readFileSync(picture, "utf8")).toContain("src/cloth → src/yarn: 1 import");
  });

  test("answers a question with the places, and says what was left out", async () => {
    const question = steps({ text: "It spins [src/yarn/spin.ts:1]\nIt is good" });
    const { stdout } = await heddle(["analyze", "--question", question]);
    expect(stdout).toBe(
      "It spins\n  src/yarn/spin.ts:1\n\nSaid by local/scripted; the places are checked, the words are not. 1 statement without a place that exists was left out.\n",
    );
  });

  test.each([
    [["map"], /^src\/.*spin/m],
    [["refs", "weave"], /^src\/cloth\/weave\.ts:4 {2}definition {2}export function weave/m],
    [
      ["imports", "src/main.ts"],
      /^src\/main\.ts:1 {2}\.\/cloth\/weave\.ts -> src\/cloth\/weave\.ts$/m,
    ],
    [["importers", "src/yarn/spin.ts"], /^src\/cloth\/weave\.ts:2 /m],
    [["why", "src/main.ts", "src/yarn/spin.ts"], /^src\/main\.ts:1 .*\nsrc\/cloth\/weave\.ts:2 /m],
  ])("%j prints places that an editor opens", async (args, expected) => {
    expect((await heddle(args)).stdout).toMatch(expected);
  });

  test("says that nothing was found, and fails", async () => {
    expect(await heddle(["refs", "nowhere"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "nothing here is called nowhere\n",
    });
    const why = await heddle(["why", "src/yarn/spin.ts", "src/main.ts"]);
    expect(why).toMatchObject({ code: 1, stderr: expect.stringContaining("no imports lead") });
  });

  test("names the command that lets a repository be read", async () => {
    using repository = makeRepository(files);
    const { code, stderr } = await heddle(["analyze"], { cwd: repository.path });
    expect(code).toBe(2);
    expect(stderr).toContain(`heddle project add ${repository.path} --grant ro`);
  });
});

describe("an agent", () => {
  const lookUp = (input: object) => ({ calls: [{ tool: "code_map", input }] });

  test("begins with the map of its worktree, and is sent the same bytes again", async () => {
    const thread = await project.thread();
    await thread.say(steps(lookUp({ kind: "imports", target: "src/main.ts" }), { text: "done" }));
    const requests = daemon.requestsOf(thread);
    const inputs = requests.map(({ body }) => body.input as { content?: unknown }[]);
    const maps = inputs.map((input) =>
      input.findIndex(({ content }) => JSON.stringify(content)?.includes("<code_map>\\nsrc/")),
    );
    expect(maps).toEqual([1, 1]);
    expect(inputs[1]?.slice(0, inputs[0]?.length)).toEqual(inputs[0]);
  });

  test.each([
    [{ kind: "map" }, /src\/yarn\/spin\.ts: 1 spin/],
    [
      { kind: "symbol", target: "weave" },
      /^src\/cloth\/weave\.ts:4 definition: export function weave/,
    ],
    [{ kind: "refs", target: "spin" }, /src\/cloth\/weave\.ts:5 use: return spin/],
    [
      { kind: "imports", target: "src/main.ts" },
      /^src\/main\.ts:1 \.\/cloth\/weave\.ts -> src\/cloth/,
    ],
    [{ kind: "importers", target: "src/yarn/spin.ts" }, /^src\/cloth\/weave\.ts:2 /],
    [{ kind: "cycles" }, /^nothing was found$/],
    [{ kind: "refs" }, /needs a target for refs/],
  ])("that asks the index for %j gets places", async (input, expected) => {
    const thread = await project.thread();
    await thread.say(steps(lookUp(input), { text: "done" }));
    const item = thread.view.items.find(({ type }) => type === "toolCall");
    expect(item).toMatchObject({ tool: "code_map", text: expect.stringMatching(expected) });
  });
});
