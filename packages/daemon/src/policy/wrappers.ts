import { type Option, type OptionTable, optionTable, readArguments } from "./program-options.ts";
import { programOf } from "./programs.ts";
import { anything, type ShellWord } from "./shell-word.ts";

interface Wrapper {
  readonly options: OptionTable;
  /** Words of its own before the command. */
  readonly own?: number;
  readonly assigns?: true;
  /** Options with which it runs nothing. */
  readonly idle?: readonly string[];
}

/**
 * Programs that run the command in their arguments, with all their options that do nothing else.
 */
const wrappers: Readonly<Record<string, Wrapper>> = {
  builtin: { options: optionTable() },
  command: { options: optionTable("-p -v -V"), idle: ["-v", "-V"] },
  env: {
    options: optionTable("-i --ignore-environment -0 --null -v --debug -u= --unset= -C= --chdir="),
    assigns: true,
  },
  // By the name that `-a` or `-l` gives to a shell, it can be a login one.
  exec: { options: optionTable("-c") },
  ionice: { options: optionTable("-t --ignore -c= --class= -n= --classdata=") },
  nice: { options: optionTable("-n= --adjustment=") },
  nohup: { options: optionTable() },
  setsid: { options: optionTable("-c --ctty -f --fork -w --wait") },
  stdbuf: { options: optionTable("-i= --input= -o= --output= -e= --error=") },
  sudo: {
    options: optionTable(
      `-A --askpass -b --background -E --preserve-env -H --set-home -k -n --non-interactive -P -S
       --stdin -u= --user= -g= --group= -p= --prompt= -C= -T= -r= -t= -D= --chdir= -R=`,
    ),
    assigns: true,
  },
  doas: { options: optionTable("-n -u= -C=") },
  time: {
    options: optionTable(
      "-a --append -p --portability -q --quiet -v --verbose -f= --format= -o= --output=",
    ),
  },
  timeout: {
    options: optionTable(
      "-v --verbose -f --foreground -p --preserve-status -s= --signal= -k= --kill-after=",
    ),
    own: 1,
  },
  xargs: {
    options: optionTable(
      `-0 --null -o --open-tty -p --interactive -r --no-run-if-empty -t --verbose -x --exit -I= -i?
       --replace? -n= --max-args= -P= --max-procs= -L= -l? --max-lines? -d= --delimiter= -a=
       --arg-file= -E= -e? --eof? -s= --max-chars=`,
    ),
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
  const values = args.map(({ value }) => value);
  const read = readArguments(values, wrapper.options, { untilPlain: true });
  if (read === undefined) return { words: [anything], assigned: [] };
  if (read.options.some(({ name }) => wrapper.idle?.includes(name))) {
    return { words: [], assigned: [] };
  }
  const start = args.length - read.plain.length;
  const assigned = wrapper.assigns ? assignedIn(args.slice(start)) : [];
  const from = start + assigned.length + (wrapper.own ?? 0);
  const before = args.slice(0, from);
  const inner = before.every(({ isSingle }) => isSingle) ? args.slice(from) : [anything];
  return { words: program === "xargs" ? fed(inner, read.options) : inner, assigned };
}

function assignedIn(args: readonly ShellWord[]): ShellWord[] {
  const end = args.findIndex(({ raw, value }) => !/^\w+=/.test(value ?? raw));
  return (end < 0 ? args : args.slice(0, end)).map((arg) => {
    const [, name = ""] = /^(\w+)=/.exec(arg.value ?? arg.raw) ?? [];
    return { ...arg, numbers: undefined, assigned: name };
  });
}

/** What xargs makes of a command: words of its input stand in place of a word, or at the end. */
function fed(words: readonly ShellWord[], options: readonly Option[]): readonly ShellWord[] {
  if (words.length === 0) return [];
  const replacing = options.filter(({ name }) => ["-I", "-i", "--replace"].includes(name));
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
