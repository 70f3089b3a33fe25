import { partOf, slowMs } from "../../../agent/gate/affected.ts";
import type { Found, RunOutcome } from "../run-work.ts";
import type { CommandResult, Recipe, RecipeGround } from "./recipe.ts";
import { failedTests } from "./test-output.ts";

export const tests: Recipe = {
  name: "tests",
  summary: "the project's tests on each commit; what fails and then passes on one tree is flaky",
  trigger: { type: "commit", branches: ["*"], paths: [], debounceMs: 0 },
  run: runTests,
};

const tailChars = 4000;

async function runTests(ground: RecipeGround): Promise<RunOutcome> {
  const commands = await testCommands(ground);
  if (commands.length === 0) {
    const reason = "the project has no command that runs its tests";
    const advice =
      "name one as a check, with `heddle project add --check` or in .heddle/config.toml";
    return { type: "couldNotCheck", reason, advice };
  }
  // By fingerprint: what a part of a command told, the whole of it tells again.
  const found = new Map<string, Found>();
  const says: string[] = [];
  const covers: string[] = [];
  let isWhole = true;
  const begun = performance.now();
  for (const command of commands) {
    const part = await affectedCommand(ground, command);
    const early = part === undefined ? undefined : await attempt(ground, command, part);
    // Without the name of a test it may be the part that cannot be run.
    const told = early?.namesTests ? early : undefined;
    for (const one of told?.found ?? []) found.set(one.fingerprint, one);
    if (told?.result === "failed") {
      isWhole = false;
      says.push(`\`${part}\` failed, so the rest of \`${command}\` was not run`);
      continue;
    }
    const whole = await attempt(ground, command);
    if (whole.result === "not there") return notThere(command, whole.output);
    for (const one of whole.found) found.set(one.fingerprint, one);
    says.push(`\`${command}\` ${whole.result}`);
    covers.push(`test|${command}|`, `flaky|${command}|`);
  }
  const failed = [...found.keys()].filter((fingerprint) => fingerprint.startsWith("test|")).length;
  const seconds = isWhole ? (performance.now() - begun) / 1000 : ground.previous?.figures.seconds;
  const figures = {
    commands: commands.length,
    failed,
    flaky: found.size - failed,
    seconds: Math.round(seconds ?? 0),
  };
  const outcome = {
    type: "checked",
    summary: says.join(", "),
    found: [...found.values()],
  } as const;
  return { ...outcome, figures, ...(!isWhole && { covers }) };
}

/**
 * Where the run before was slow: a command for those tests that the commits since can break. They tell
 * sooner that it fails, though never that it passes.
 */
async function affectedCommand(ground: RecipeGround, command: string): Promise<string | undefined> {
  const { run, previous } = ground;
  const wasSlow = (previous?.figures.seconds ?? 0) * 1000 >= slowMs;
  if (!run.commit || !previous?.commit || !wasSlow) return undefined;
  const between = [previous.commit.commit, run.commit.commit];
  const changed = await ground.git("diff", "--name-only", "--no-renames", "-z", ...between);
  return await partOf(command, changed?.split("\0").filter(Boolean) ?? [], ground);
}

interface Attempt {
  readonly result: "passed" | "failed" | "failed, then passed" | "not there";
  readonly found: readonly Found[];
  readonly output: string;
  /** Whether what failed is known by its name. */
  readonly namesTests: boolean;
}

/** Runs a command, or what stands for it, and what fails once more. */
async function attempt(ground: RecipeGround, command: string, run = command): Promise<Attempt> {
  const first = await ground.command(run);
  const { exitCode, output } = first;
  const none = { found: [], output, namesTests: false };
  if (exitCode === 0) return { result: "passed", ...none };
  if (exitCode === 127) return { result: "not there", ...none };
  const second = await ground.command(run);
  const result = second.exitCode === 0 ? "failed, then passed" : "failed";
  const namesTests = failedTests(output).size > 0;
  return { result, found: judge(command, first, second), output, namesTests };
}

/** What the user named, else what the manifests say. */
async function testCommands({ project, facts }: RecipeGround): Promise<string[]> {
  const named = project.settings.checks ?? [];
  if (named.length > 0) return [...named];
  const { checks } = await facts();
  const [first] = checks.filter(({ kind, source }) => kind === "test" && source !== "ci");
  return first ? [first.command] : [];
}

function notThere(command: string, output: string): RunOutcome {
  const reason = `\`${command}\` could not run: ${output.trim().slice(-300)}`;
  const advice = "lend the dependencies to worktrees, or grant the toolchain";
  return { type: "couldNotCheck", reason, advice };
}

/** A test that failed on both runs fails; one that failed on one of them is flaky. */
function judge(command: string, first: CommandResult, second: CommandResult): Found[] {
  const [once, again] = [failedTests(first.output), failedTests(second.output)];
  const passed = second.exitCode === 0;
  if (once.size === 0 && again.size === 0) return [wholeCommand(command, first, passed)];
  const all = new Set([...once, ...again]);
  return [...all].map((name) => {
    const failsAlways = !passed && once.has(name) && again.has(name);
    const output = once.has(name) ? first.output : second.output;
    return failsAlways ? failing(command, name, output) : flaky(command, name, output);
  });
}

function wholeCommand(command: string, { output }: CommandResult, passed: boolean): Found {
  return passed ? flaky(command, command, output) : failing(command, command, output);
}

function failing(command: string, name: string, output: string): Found {
  return {
    fingerprint: `test|${command}|${name}`,
    severity: "high",
    title: `fails: ${name}`,
    detail: `\`${command}\` failed twice\n\n${output.slice(-tailChars)}`,
    remedy: `Find out why ${name} fails, and fix the code, or the test where it is wrong; \`${command}\` has to pass.`,
  };
}

function flaky(command: string, name: string, output: string): Found {
  return {
    fingerprint: `flaky|${command}|${name}`,
    severity: "moderate",
    title: `flaky: ${name}`,
    detail: `failed and passed on the same tree, by \`${command}\`\n\n${output.slice(-tailChars)}`,
    remedy: `Find out why ${name} fails at times on the same tree, and make it certain.`,
  };
}
