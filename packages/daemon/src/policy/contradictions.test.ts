import { expect, test } from "vitest";
import { contradictionsIn } from "./contradictions.ts";
import { compile } from "./words/compile.ts";

function contradictionsOf(text: string): string[] {
  const rules = compile(text).map((one) => {
    if ("rule" in one) return one.rule;
    throw new Error(one.refusal);
  });
  return contradictionsIn(rules);
}

test("a rule that a stricter one makes idle is said, with how it ends", () => {
  expect(contradictionsOf("Never push. Allow running 'git push origin'")).toEqual([
    `"Allow running 'git push origin'." never decides: "Never run 'git push'." is stricter and holds.`,
  ]);
});

test.each([
  ["Never use the network", "Allow running 'curl'"],
  ["Never use the network", "Allow connecting to example.org"],
  ["Never use the network", "Ask before installing packages"],
  ["Never install packages", "Allow running 'npm install'"],
  ["Never run git commands", "Ask before pushing"],
  ["Never run tests", "Ask before running 'npm test'"],
  ["Never run 'rm -rf'", "Allow running 'rm -r -f build'"],
  ["Never change src/", "Allow changing src/a.txt"],
  ["Never change src/", "Allow changing src/lib/"],
  ["Never change '*.sql'", "Ask before changing db/a.sql"],
  ["Never change files", "Ask before changing more than 50 lines"],
  ["Never change more than 20 lines", "Ask before changing more than 50 lines"],
  ["Never spend more than $2", "Ask before spending more than $5"],
  ["Only change docs/", "Allow changing src/"],
  ["Only run 'npm test'", "Allow running 'docker'"],
  ["Only connect to example.org", "Allow connecting to example.com"],
  ["Never use MCP tools of 'github'", "Allow using MCP tools of 'github/search'"],
  ["Ask before running commands", "Allow running tests"],
  ["Never do anything", "Allow changing docs/"],
  ["Never push", "On Fridays, ask before pushing"],
])("%s makes idle: %s", (stricter, looser) => {
  expect(contradictionsOf(`${stricter}. ${looser}`)).toHaveLength(1);
});

test.each([
  ["Never push", "Allow running 'git'"],
  ["Never install packages", "Allow running 'npm'"],
  ["Never install packages", "Allow running 'yarn'"],
  ["Never run 'curl'", "Allow connecting to example.org"],
  ["Never change src/a.txt", "Allow changing src/"],
  ["Never change ./src/", "Ask before changing src/"],
  ["Never change '*.sql'", "Allow changing db/"],
  ["Never delete files", "Allow changing src/"],
  ["Never change more than 50 lines", "Ask before changing more than 20 lines"],
  ["Only change src/", "Allow changing src/a.txt"],
  ["Only change src/", "Ask before changing '*.md'"],
  ["Only run 'npm test'", "Allow running 'npm'"],
  ["Only run tests", "Allow running 'npm run'"],
  ["Never run commands, except running 'npm test'", "Ask before running 'npm test'"],
  ["On Fridays, never push", "Ask before pushing"],
])("%s leaves something to: %s", (stricter, looser) => {
  expect(contradictionsOf(`${stricter}. ${looser}`)).toEqual([]);
});

test("rules with only, of which none leaves what the other does, are said", () => {
  expect(contradictionsOf("Only change src/. Only change docs/")).toEqual([
    `"Never change files outside ./src/." and "Never change files outside ./docs/." leave nothing between them; to have both, name both in one sentence.`,
  ]);
});

test.each([
  ["Only run 'npm test'", "Only run 'npm run lint'"],
  ["Only run tests", "Only run 'npm run lint'"],
  ["Only connect to example.org", "Only connect to example.com"],
  ["Only change src/", "While unattended, only change docs/"],
  ["Only change README.md", "Only change LICENSE.md"],
])("%s leaves nothing of: %s", (one, other) => {
  expect(contradictionsOf(`${one}. ${other}`)).toHaveLength(1);
});

test.each([
  ["Only change src/", "Only change src/lib/"],
  ["Only change src/", "Only change '*.ts'"],
  ["Only change src/", "Only change README.md"],
  ["Only change src/ or docs/", "Only change docs/"],
  ["Only run 'npm test'", "Only run 'npm'"],
  ["Only run tests", "Only run 'npm test'"],
  ["Only run tests", "Only run 'npm run'"],
  ["Only connect to '*.example.org'", "Only connect to api.example.org"],
  ["Only delete files in tmp/", "Only change src/"],
  ["On Mondays, only change src/", "On Fridays, only change docs/"],
])("%s leaves something of: %s", (one, other) => {
  expect(contradictionsOf(`${one}. ${other}`)).toEqual([]);
});
