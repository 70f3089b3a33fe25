import { optionTable, readArguments } from "./program-options.ts";
import type { Findings } from "./shell-findings.ts";
import { testDoubt } from "./shell-tests.ts";
import type { ShellWord } from "./shell-word.ts";

/** Why a command of the shell itself may run something; undefined where it runs nothing. */
type Judge = (args: readonly ShellWord[], findings: Findings) => string | undefined;

const isName = (text: string | null | undefined): text is string =>
  /^[A-Za-z_]\w*$/.test(text ?? "");

const runsNothing: Judge = () => undefined;

/**
 * What bash does by itself, where that depends on the arguments. All it knows else can run
 * anything.
 */
const judges: Readonly<Record<string, Judge>> = {
  "[": testDoubt,
  test: testDoubt,
  printf: printed,
  read: received,
  export: declared,
  readonly: declared,
  declare: declared,
  typeset: declared,
  local: declared,
  unset: removed,
  wait: awaited,
  jobs: listed,
  set: switched,
  break: runsNothing,
  continue: runsNothing,
  times: runsNothing,
};

/** What a command of the shell itself may run; undefined where it is none that is known. */
export function builtinDoubt(
  [name, ...args]: readonly ShellWord[],
  findings: Findings,
): { readonly why: string | undefined } | undefined {
  const judge = Object.hasOwn(judges, name?.value ?? "") ? judges[name?.value ?? ""] : undefined;
  return judge && { why: judge(args, findings) };
}

function printed(args: readonly ShellWord[], findings: Findings): string | undefined {
  const [first, target] = args;
  if (first === undefined) return undefined;
  if (first.value === null) {
    return first.isSingle && args.length === 1 ? undefined : "printf may set a variable";
  }
  if (!first.value.startsWith("-v")) return undefined;
  if (first.value !== "-v" || !isName(target?.value)) return "printf sets a variable";
  findings.assign(target.value, undefined);
  return undefined;
}

const readOptions = optionTable("-r -s -d= -n= -N= -p= -t= -u=");

function received(args: readonly ShellWord[], findings: Findings): string | undefined {
  const values = args.map(({ value }) => value);
  const names = readArguments(values, readOptions, { untilPlain: true })?.plain;
  if (!names?.every(isName) || args.some(({ isSingle }) => !isSingle)) {
    return "which variables it sets is not known";
  }
  for (const name of names) findings.assign(name, undefined);
  return undefined;
}

function declared(args: readonly ShellWord[], findings: Findings): string | undefined {
  for (const { value, assigned, numbers } of args) {
    const [, name = assigned, hasValue] = /^(\w+)(\+?=)?/.exec(value ?? "") ?? [];
    if (name === undefined || !isName(name)) {
      if (value !== null && /^-[xrgp]+$|^--$/.test(value)) continue;
      return "what it declares is not known";
    }
    if (assigned === undefined && !hasValue) {
      if (name === value) continue;
      return "what it declares is not known";
    }
    findings.assign(name, assigned === undefined ? undefined : numbers);
    findings.values.declare(name);
  }
  return undefined;
}

function removed(args: readonly ShellWord[], findings: Findings): string | undefined {
  for (const { value } of args) {
    if (value === "-v" || value === "-f") continue;
    if (!isName(value)) return "which variable it unsets is not known";
    findings.assign(value, []);
  }
  return undefined;
}

/** `wait -p` sets a variable. */
function awaited(args: readonly ShellWord[], findings: Findings): string | undefined {
  for (const { value, numbers } of args) {
    if (value === null ? numbers === undefined : !/^(?:\d+|%\w*|-[fn])$/.test(value)) {
      return "wait may set a variable";
    }
    findings.values.compute(numbers ?? []);
  }
  return undefined;
}

/** `jobs -x` runs a command. */
function listed(args: readonly ShellWord[]): string | undefined {
  const isKnown = args.every(({ value }) => /^(?:-[lnprs]+|%?\w+)$/.test(value ?? ""));
  return isKnown ? undefined : "jobs may run a command";
}

/** What `set -o` may switch: none of it changes what runs, but where it ends. */
export const settings: ReadonlySet<string> = new Set([
  "errexit",
  "nounset",
  "noglob",
  "xtrace",
  "pipefail",
]);

/** Behind `--` stand the arguments of the line, which nothing takes for more than unknown words. */
function switched(args: readonly ShellWord[]): string | undefined {
  for (const [at, { value }] of args.entries()) {
    if (value === "--") return undefined;
    const isSetting = settings.has(value ?? "") && /^[-+]\w*o$/.test(args[at - 1]?.value ?? "");
    if (!isSetting && !/^[-+](?:[eufx]+o?|o)$/.test(value ?? "")) {
      return "it changes how the shell reads";
    }
  }
  return undefined;
}
