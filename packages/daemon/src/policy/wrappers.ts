import { type Options, type ReadOptions, readOptions } from "./options.ts";
import { programOf } from "./programs.ts";
import { anything, type ShellWord } from "./shell-word.ts";

interface Wrapper extends Options {
  /** Words of its own before the command. */
  readonly own?: number;
  readonly assigns?: true;
  /** Options with which it runs nothing. */
  readonly idle?: string;
}

/** Programs that run the command in their arguments, with all their options that do nothing else. */
const wrappers: Readonly<Record<string, Wrapper>> = {
  builtin: {},
  command: { flags: "pvV", idle: "vV" },
  env: {
    flags: "i0v",
    values: "uC",
    longFlags: ["ignore-environment", "null", "debug"],
    longValues: ["unset", "chdir"],
    assigns: true,
  },
  // By the name that `-a` or `-l` gives to a shell, it can be a login one.
  exec: { flags: "c" },
  ionice: { flags: "t", values: "cn", longFlags: ["ignore"], longValues: ["class", "classdata"] },
  nice: { values: "n", longValues: ["adjustment"] },
  nohup: {},
  setsid: { flags: "cfw", longFlags: ["ctty", "fork", "wait"] },
  stdbuf: { values: "ioe", longValues: ["input", "output", "error"] },
  sudo: {
    flags: "AbEHknPS",
    values: "ugpCTrtDR",
    longFlags: ["askpass", "background", "preserve-env", "set-home", "non-interactive", "stdin"],
    longValues: ["user", "group", "prompt", "chdir"],
    assigns: true,
  },
  doas: { flags: "n", values: "uC" },
  time: {
    flags: "apqv",
    values: "fo",
    longFlags: ["append", "portability", "quiet", "verbose"],
    longValues: ["format", "output"],
  },
  timeout: {
    flags: "vfp",
    values: "sk",
    longFlags: ["foreground", "preserve-status", "verbose"],
    longValues: ["signal", "kill-after"],
    own: 1,
  },
  xargs: {
    flags: "0oprtx",
    values: "InPLdaEs",
    attached: "iel",
    longFlags: ["null", "open-tty", "interactive", "no-run-if-empty", "verbose", "exit"],
    longValues: ["max-args", "max-procs", "max-chars", "delimiter", "arg-file"],
    longAttached: ["replace", "max-lines", "eof"],
  },
};

/** The command that another one runs, none if it runs nothing, and what it sets only for that. */
export interface Wrapped {
  readonly words: readonly ShellWord[];
  readonly assigned: readonly ShellWord[];
}

/** What the words of a wrapper run; undefined where they are none. */
export function unwrapped(words: readonly ShellWord[]): Wrapped | undefined {
  const [name, ...args] = words;
  const program = programOf(name?.value ?? "");
  const wrapper = Object.hasOwn(wrappers, program) ? wrappers[program] : undefined;
  if (wrapper === undefined) return undefined;
  const read = readOptions(
    args.map(({ value }) => value),
    wrapper,
  );
  if (read === undefined) return { words: [anything], assigned: [] };
  if (read.options.some(({ name }) => wrapper.idle?.includes(name)))
    return { words: [], assigned: [] };
  const assigned = wrapper.assigns ? assignedIn(args.slice(read.rest)) : [];
  const from = read.rest + assigned.length + (wrapper.own ?? 0);
  const before = args.slice(0, from);
  const inner = before.every(({ isSingle }) => isSingle) ? args.slice(from) : [anything];
  return { words: program === "xargs" ? fed(inner, read) : inner, assigned };
}

function assignedIn(args: readonly ShellWord[]): ShellWord[] {
  const end = args.findIndex(({ raw, value }) => !/^\w+=/.test(value ?? raw));
  return (end < 0 ? args : args.slice(0, end)).map((arg) => {
    const [, name = ""] = /^(\w+)=/.exec(arg.value ?? arg.raw) ?? [];
    return { ...arg, numbers: undefined, assigned: name };
  });
}

/** What xargs makes of a command: words of its input stand in place of a word, or at the end. */
function fed(words: readonly ShellWord[], { options }: ReadOptions): readonly ShellWord[] {
  if (words.length === 0) return [];
  const replacing = options.filter(({ name }) => ["I", "i", "replace"].includes(name));
  const marks = replacing.map(({ value }) => (value === "" || value === undefined ? "{}" : value));
  const isReplaced = ({ value }: ShellWord) =>
    marks.some((mark) => mark === null || value === null || value.includes(mark));
  return [...words.map((word) => (isReplaced(word) ? anything : word)), anything];
}

/** The commands that `find` runs for what it finds, and its own words without them. */
export interface Found {
  readonly commands: readonly (readonly ShellWord[])[];
  readonly rest: readonly ShellWord[];
}

export function foundCommands(words: readonly ShellWord[]): Found {
  const commands: ShellWord[][] = [];
  const rest: ShellWord[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? anything;
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word.value ?? "")) {
      rest.push(word);
      continue;
    }
    const inner = untilEnd(words.slice(at + 1));
    at += inner.length + 1;
    commands.push(inner.map((one) => (one.value?.includes("{}") ? anything : one)));
    // A word that is not known can be the end of the command, and begin another one.
    rest.push(...inner.filter(({ value }) => value === null));
  }
  return { commands, rest };
}

function untilEnd(words: readonly ShellWord[]): readonly ShellWord[] {
  const end = words.findIndex(
    ({ value }, at) => value === ";" || (value === "+" && words[at - 1]?.value === "{}"),
  );
  return end < 0 ? words : words.slice(0, end);
}
