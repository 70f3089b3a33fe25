import { kindOfName } from "../insight/facts/command-kind.ts";
import { type Arguments, type OptionTable, readArguments } from "./program-options.ts";
import type { Word } from "./shell-word.ts";
import {
  nodeTests,
  runners,
  scriptRunners,
  starters,
  startersByCommand,
  taskRunners,
  testCommands,
} from "./test-options.ts";

/** Whether a command runs tests and nothing else. An option that is not known makes it none. */
export function isTest(words: readonly Word[]): boolean {
  const [program, ...args] = words;
  if (typeof program !== "string" || program.includes("/")) return false;
  const name = program === "py.test" ? "pytest" : program;
  const runner = tableOf(runners, name);
  if (runner) return readTests(args, runner) !== undefined;
  if (name === "node") return isNodeTest(args);
  if (/^python3?$/.test(name)) {
    const [option, module = "", ...rest] = args;
    return (
      option === "-m" && /^(?:pytest|unittest)$/.test(module ?? "") && isTest([module, ...rest])
    );
  }
  const starter = tableOf(starters, name);
  if (starter) return isTest(readTests(args, starter, true)?.plain ?? []);
  const tasks = tableOf(taskRunners, name);
  if (tasks) return isTask(readTests(args, tasks));
  return isTestCommand(name, args) || isTestScript(name, args) || startsTest(name, args);
}

function tableOf(
  tables: Readonly<Record<string, OptionTable>>,
  name: string,
): OptionTable | undefined {
  return Object.hasOwn(tables, name) ? tables[name] : undefined;
}

const folders = new Set(["-C", "--prefix", "--dir", "--cwd", "--directory", "--test-dir"]);

/** The tests of another folder are those of the project as long as it lies within. */
function readTests(
  args: readonly Word[],
  table: OptionTable,
  untilPlain = false,
): Arguments | undefined {
  const read = readArguments(args, table, { untilPlain });
  const isWithin = read?.options.every(
    ({ name, value }) => !folders.has(name) || !/^[/~]|(?:^|\/)\.\.(?:\/|$)/.test(value ?? "/"),
  );
  return isWithin ? read : undefined;
}

function isNodeTest(args: readonly Word[]): boolean {
  const read = readTests(args, nodeTests, true);
  return read?.options.some(({ name }) => name === "--test") ?? false;
}

function isTask(read: Arguments | undefined): boolean {
  return read?.plain.length === 1 && isTestName(read.plain[0]);
}

function isTestCommand(program: string, args: readonly Word[]): boolean {
  const table = tableOf(testCommands, program);
  if (table === undefined) return false;
  const [command, ...rest] = args;
  const isNextest = program === "cargo" && command === "nextest" && rest[0] === "run";
  if (isNextest) return readTests(rest.slice(1), table) !== undefined;
  return (command === "test" || command === "t") && readTests(rest, table) !== undefined;
}

/**
 * What follows the name of a script is the script's; npm alone takes its own options from there.
 */
function isTestScript(program: string, args: readonly Word[]): boolean {
  const table = tableOf(scriptRunners, program);
  const read = table && readTests(args, table, program !== "npm");
  const [command, ...rest] = read?.plain ?? [];
  if (table === undefined || typeof command !== "string") return false;
  if (!/^run(?:-script)?$/.test(command)) {
    return command === "test" || (command === "t" && /^p?npm$/.test(program));
  }
  return isTestName(readTests(rest, table, true)?.plain[0]);
}

function startsTest(program: string, args: readonly Word[]): boolean {
  const table = tableOf(startersByCommand, program);
  const [command, ...rest] = args;
  if (table === undefined || !/^(?:exec|run|dlx|x)$/.test(command ?? "")) return false;
  return isTest(readTests(rest, table, program !== "npm")?.plain ?? []);
}

/** What a name promises besides tests, if it has one of these in it. */
const acts =
  /^(?:publish|deploy|deployment|release|push|upload|install|migrate|migration|reset|delete|drop|destroy|remove|clean|prune|seed|setup|teardown|start|serve|send|sync|promote|rollout|provision|prod|production|live)$/;

function isTestName(name: Word | undefined): boolean {
  if (typeof name !== "string" || kindOfName(name) !== "test") return false;
  return !name.split(/[:_.-]/).some((part) => acts.test(part.toLowerCase()));
}
