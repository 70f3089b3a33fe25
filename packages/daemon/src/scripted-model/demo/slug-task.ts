import { changeCalls } from "../edit-scenario.ts";
import { ending } from "../ending.ts";
import type { FileChange } from "../patch.ts";
import { exec } from "../scenarios.ts";
import type { Reply, Scenario, Turn } from "../types.ts";
import { demoFiles } from "./files.ts";
import { demoSteps, testsPassed } from "./script.ts";

export const slugChanges: readonly FileChange[] = [
  { path: "src/slug.js", find: "Math.round(", replace: "Math.floor(" },
];

/** Runs the tests, reads what fails, corrects one line, runs the tests again. */
export const slugScenario: Scenario = {
  name: "demo-slug",
  matches: /failing test in the slug generator/i,
  reply: demoSteps(runTests, readTheCode, fix, runAgain, end),
};

function runTests(): Reply {
  return {
    reasoning:
      "The failing test will say what is wrong, so I run the tests before I read anything.",
    text: "I run the tests first, to see what fails.",
    calls: [exec("node --test")],
  };
}

function readTheCode(turn: Turn): Reply {
  if (testsPassed(turn)) return ending(turn, "All tests pass already, so I changed nothing.");
  return {
    text: 'A test fails: a slug holds the word "undefined". I read the generator and its test.',
    calls: [
      { tool: "read_file", input: { path: "src/slug.js" } },
      { tool: "read_file", input: { path: "test/slug.test.js" } },
    ],
  };
}

function fix(turn: Turn): Reply {
  return {
    reasoning:
      "Math.round goes up to ALPHABET.length, one past the last letter, and the first letter gets " +
      "half its share. Math.floor keeps the index below the length.",
    text: "`Math.round` can point one past the end of the alphabet. `Math.floor` cannot.",
    calls: changeCalls(turn, demoFiles, slugChanges),
  };
}

function runAgain(): Reply {
  return { text: "Now all tests again.", calls: [exec("node --test")] };
}

function end(turn: Turn): Reply {
  if (!testsPassed(turn)) return { text: "A test still fails after the change; I stop here." };
  return ending(
    turn,
    "Fixed the slug generator: the index was rounded up past the alphabet's end. All tests pass.",
    "node --test passes",
  );
}
