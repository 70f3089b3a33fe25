/** How test runners name what failed: TAP and node, vitest, pytest, Go, jest, Rust. */
const patterns: readonly RegExp[] = [
  /^\s*not ok \d+ - (?!.*# (?:TODO|SKIP))(.+)$/,
  /^\s*(?:FAIL|×)\s{1,2}(\S.* > .+?)(?:\s+\d+ms)?$/,
  /^FAILED (\S+::.+?)(?: - .*)?$/,
  /^\s*--- FAIL: (\S+) \(.*\)$/,
  /^\s*● (.+ › .+)$/,
  /^test (\S+) \.\.\. FAILED$/,
  /^✖ (.+?) \(\d[\d.]*ms\)$/,
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with an escape.
const colours = /\u001b\[[0-9;]*m/g;

/** The tests that failed by the output of a runner; empty where no runner is recognized. */
export function failedTests(output: string): Set<string> {
  const names = new Set<string>();
  for (const line of output.replace(colours, "").split("\n")) {
    for (const pattern of patterns) {
      const name = pattern.exec(line.trimEnd())?.[1];
      if (name) names.add(name.trim());
    }
  }
  return names;
}
