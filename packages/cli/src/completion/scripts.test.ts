import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { commandList } from "../command-list.ts";
import { completionScript } from "./scripts.ts";
import { completionTree, type Place } from "./tree.ts";

const places = await completionTree(commandList);

test("every command can be completed, and every option of one in it", () => {
  const words = (path: string) =>
    places.find((place) => place.path === path)?.words.map(({ word }) => word);
  expect(words("")).toEqual(commandList.map(({ name }) => name));
  expect(words("service")).toEqual(["install", "uninstall", "status", "restart"]);
  expect(words("service status")).toEqual(["--json"]);
});

describe("bash, asked for", () => {
  test.each([
    [
      ["heddle", "project", "gra"],
      ["grant", "grants"],
    ],
    [["heddle", "serv"], ["service"]],
    [["heddle", "project", "grant", "--ho"], ["--host"]],
    [["heddle", "run", "fix it; $(x)", "--jsonl"], ["--jsonl"]],
  ])("%j completes it", (line, expected) => {
    const words = line.map((word) => `'${word}'`).join(" ");
    const ask = `COMP_WORDS=(${words}); COMP_CWORD=${line.length - 1}; _heddle; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = `${completionScript("bash", places)}\n${ask}`;
    expect(execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim().split("\n")).toEqual(
      expected,
    );
  });
});

// Both are not everywhere; what they are given is looked at instead.
const few: Place[] = [
  { path: "", words: [{ word: "run", summary: "it's `done`" }] },
  { path: "run", words: [{ word: "--json", summary: "as JSON" }] },
];

test("zsh is given each word with its summary, in which nothing is run", () => {
  const script = completionScript("zsh", few);
  expect(script).toContain(`    '') items=('run:it'\\''s \`done\`') ;;`);
  expect(script).toContain(`    'run') items=('--json:as JSON') ;;`);
});

test("fish is given each word with the place where it can stand", () => {
  const script = completionScript("fish", few);
  expect(script).toContain(
    `complete -c heddle -n '__heddle_at ""' -f -a run -d 'it'\\''s \`done\`'\n`,
  );
  expect(script).toContain(`complete -c heddle -n '__heddle_at "run"' -l json -d 'as JSON'\n`);
});
