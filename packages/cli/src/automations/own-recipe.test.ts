import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readOwnRecipe } from "./own-recipe.ts";

const root = mkdtempSync(join(tmpdir(), "heddle-own-recipe-"));
const folders = { project: join(root, "project"), config: join(root, "config") };
const inProject = join(folders.project, ".heddle", "automations");
const forAll = join(folders.config, "automations");
for (const folder of [inProject, forAll]) mkdirSync(folder, { recursive: true });
afterAll(() => rmSync(root, { recursive: true }));

function write(name: string, front: string, folder = inProject): void {
  writeFileSync(join(folder, `${name}.md`), `---\n${front}\n---\nlook around\n`);
}

test("front matter says when, and how the automation behaves", async () => {
  write("tidy", "when: every monday at 8\noverlap: allow\nrunBudget:\n  tokens: 1000");
  expect(await readOwnRecipe("tidy", folders)).toEqual({
    when: { type: "schedule", cron: "0 8 * * 1" },
    options: { overlap: "allow", runBudget: { tokens: 1000 } },
  });
});

test("a recipe for all projects lies beside the configuration; one of the project goes before", async () => {
  write("both", "when: every day at 8", forAll);
  const when = async () => (await readOwnRecipe("both", folders)).when;
  expect(await when()).toEqual({ type: "schedule", cron: "0 8 * * *" });
  write("both", "when: every day at 9");
  expect(await when()).toEqual({ type: "schedule", cron: "0 9 * * *" });
});

test.each([
  ["overlapp: allow", /has `overlapp`, which is no option/],
  ["runBudget: { token: 5 }", /has `runBudget\.token`, which is no option/],
  ["overlap: sometimes", /`overlap`: Invalid option/],
  ["timeoutMs: 5", /`timeoutMs`: Too small/],
  ["catchUp: { mode: two }", /`catchUp\.mode`: Invalid option/],
])("the option %s is refused by its name", async (option, message) => {
  write("odd", `when: daily\n${option}`);
  await expect(readOwnRecipe("odd", folders)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(message),
  });
});

test.each([
  ["{", /is no YAML/],
  ["when: now and then", /has no `when` that I understand/],
  ["", /has no `when` that I understand/],
])("the front matter %j is refused", async (front, message) => {
  write("odd", front);
  await expect(readOwnRecipe("odd", folders)).rejects.toThrow(message);
});

test("a recipe that is nowhere is refused with both places", async () => {
  await expect(readOwnRecipe("nowhere", folders)).rejects.toThrow(
    /^neither .*\.heddle\/automations\/nowhere\.md nor .*config\/automations\/nowhere\.md/,
  );
});
