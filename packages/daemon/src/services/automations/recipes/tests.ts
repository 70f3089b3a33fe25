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
  const found: Found[] = [];
  const says: string[] = [];
  for (const command of commands) {
    const first = await ground.command(command);
    if (first.exitCode === 0) {
      says.push(`\`${command}\` passed`);
      continue;
    }
    if (first.exitCode === 127) return notThere(command, first);
    const second = await ground.command(command);
    found.push(...judge(command, first, second));
    says.push(`\`${command}\` ${second.exitCode === 0 ? "failed, then passed" : "failed"}`);
  }
  const failed = found.filter(({ fingerprint }) => fingerprint.startsWith("test|")).length;
  const figures = { commands: commands.length, failed, flaky: found.length - failed };
  return { type: "checked", summary: says.join(", "), found, figures };
}

/** What the user named, else what the manifests say. */
async function testCommands({ project, facts }: RecipeGround): Promise<string[]> {
  const named = project.settings.checks ?? [];
  if (named.length > 0) return [...named];
  const { checks } = await facts();
  const [first] = checks.filter(({ kind, source }) => kind === "test" && source !== "ci");
  return first ? [first.command] : [];
}

function notThere(command: string, { output }: CommandResult): RunOutcome {
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
