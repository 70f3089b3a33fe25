import { stripVTControlCharacters } from "node:util";

const passed =
  /^\s*(?:$|[✔✓√▶]|ok\b|PASS\b|--- PASS\b|=== RUN\b|# Subtest: )|\bPASSED\b(?!.*\bFAILED\b)/;
const failed = /^\s*(?:[✖✗×●]|not ok\b|FAIL(?:ED)?\b|--- FAIL\b)/;

/** What differs from one run to the next, though nothing else has happened. */
const incidental: readonly [RegExp, string][] = [
  [/\bduration_ms:? [\d.]+/g, "duration"],
  [/\b\d+(?:\.\d+)? ?(?:[mµn]?s|m|min|secs?|seconds?|minutes?)\b/g, "T"],
  [/\b\d{1,2}:\d{2}:\d{2}(?:\.\d+)?\b/g, "T"],
  [/(\.\w+):\d+(?::\d+)?/g, "$1:L"],
  [/\(\d+,\d+\)/g, "(L)"],
  [/^(\s*not ok) \d+/, "$1 N"],
];

/** How many passed, and how many there are: both grow with the tests that a turn adds. */
const counts: readonly [RegExp, string][] = [
  [/\b\d+(?= (?:pass(?:ed|ing|es)?|ok|tests?|total|assertions?)\b)/g, "N"],
  [/\b(pass(?:ed|ing|es)?|tests?|total|ok|assertions?)(:?) \d+\b/g, "$1$2 N"],
  [/(\bpassed\b.*)\(\d+\)$/, "$1(N)"],
  [/^1\.\.\d+$/, "1..N"],
];

/**
 * What the output of a check says of its failure: the same for the same failure in another worktree,
 * beside other tests that pass, and another for anything else. Undefined where it says nothing that
 * could tell two failures apart.
 */
export function failureText(output: string, worktree: string): string | undefined {
  const lines = stripVTControlCharacters(output)
    .replaceAll(worktree, ".")
    .split(/\r?\n/)
    .filter((line) => !passed.test(line))
    .map((line) => essence(line.trimEnd()));
  // Tests that run beside each other report in any order.
  return lines.length === 0 ? undefined : lines.sort().join("\n");
}

function essence(line: string): string {
  const rules = failed.test(line) ? incidental : [...incidental, ...counts];
  return rules.reduce((text, [pattern, by]) => text.replace(pattern, by), line);
}
