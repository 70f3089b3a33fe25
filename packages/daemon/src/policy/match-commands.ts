import { programOf } from "./programs.ts";
import type { Word } from "./shell-word.ts";

/** `maybe`: nobody can tell before it runs. */
export type Match = "yes" | "maybe" | "no";

/** Word for word; what comes behind them is allowed as well, unless the rule says exactly. */
export function beginsWith(
  words: readonly Word[],
  argv: readonly string[],
  exact = false,
): boolean {
  const isLongEnough = exact ? words.length === argv.length : words.length >= argv.length;
  return isLongEnough && argv.every((word, at) => words[at] === word);
}

/** Whether the words can be those that a rule forbids or asks about. */
export function mayBe(words: readonly Word[], argv: readonly string[], exact = false): Match {
  const found = mayBegin(words, argv);
  if (!exact || found === "no") return found;
  if (words.includes(null)) return "maybe";
  return words.length === argv.length ? "yes" : "no";
}

/**
 * Whether the words can be those of a command: the program by whatever path, its options wherever
 * they stand and however they are written, and what may be an option's value passed over.
 */
function mayBegin(words: readonly Word[], prefix: readonly string[]): Match {
  const [name, ...rest] = prefix;
  const [program, ...args] = words;
  if (program === undefined) return "no";
  if (program === null) return "maybe";
  if (programOf(program) !== programOf(name ?? "")) return "no";
  const options = rest.filter((word) => word.startsWith("-"));
  const plain = rest.filter((word) => !word.startsWith("-"));
  const found = [
    mayFollow(args, plain),
    ...options.map((option) => hasOption(prefix, args, option)),
  ];
  if (found.includes("no")) {
    return args.includes(null) && !certainlyNot(args, plain) ? "maybe" : "no";
  }
  return found.includes("maybe") ? "maybe" : "yes";
}

/** Whether known words before the first unknown one tell that it is another command. */
function certainlyNot(args: readonly Word[], plain: readonly string[]): boolean {
  const known = args.slice(0, args.indexOf(null));
  const before = known.filter((word) => word !== null && !word.startsWith("-"));
  const [first] = plain;
  return (
    first !== undefined &&
    before.length > 0 &&
    before.every((word) => word !== first) &&
    !known.some((word) => word?.startsWith("-"))
  );
}

function mayFollow(args: readonly Word[], wanted: readonly string[]): Match {
  let at = 0;
  for (const word of wanted) {
    for (;;) {
      const arg = args[at];
      if (arg === undefined) return "no";
      at += 1;
      if (arg === null) return "maybe";
      if (arg === word) break;
      const mayBeValue = args[at - 2]?.startsWith("-") === true;
      if (!arg.startsWith("-") && !mayBeValue) return "no";
    }
  }
  return "yes";
}

const longOptions: Readonly<Record<string, string>> = {
  r: "recursive",
  f: "force",
  R: "recursive",
  a: "all",
  g: "global",
  D: "save-dev",
  m: "message",
  d: "delete",
  n: "dry-run",
};

/** Short options stand alone or together, or are written out: `-rf`, `-r -f`, `--recursive`. */
function hasOption(
  [program, command]: readonly string[],
  args: readonly Word[],
  option: string,
): Match {
  const known = args.filter((arg) => arg !== null);
  const isPush = program === "git" && command === "push";
  if (isPush && /^(?:-f|--force)$/.test(option) && known.some(isForced)) return "yes";
  const letters = /^-([a-zA-Z]+)$/.exec(option)?.[1];
  const has =
    letters === undefined
      ? known.some((arg) => isLong(arg, option))
      : [...letters].every((letter) => known.some((arg) => isShort(arg, letter)));
  return has ? "yes" : "no";
}

/**
 * What `git push` throws away on the other side without `--force`: `+main`, `:main`, `--mirror`.
 */
function isForced(arg: string): boolean {
  return (
    /^[+:]./.test(arg) ||
    ["--mirror", "--delete", "--prune"].some((option) => isSpelt(arg, option)) ||
    isCluster(arg, "d")
  );
}

/** Programs take the beginning of a long option for all of it, and a short one for it. */
function isLong(arg: string, option: string): boolean {
  if (isSpelt(arg, option)) return true;
  return Object.entries(longOptions).some(
    ([letter, long]) => option === `--${long}` && isCluster(arg, letter),
  );
}

function isShort(arg: string, letter: string): boolean {
  const long = longOptions[letter];
  return isCluster(arg, letter) || (long !== undefined && isSpelt(arg, `--${long}`));
}

/** `--fo`, `--force` and `--force-with-lease` for `--force`. */
function isSpelt(arg: string, option: string): boolean {
  const [name = ""] = arg.split("=");
  if (name === option || name.startsWith(`${option}-`)) return true;
  return name.length > 3 && name.startsWith("--") && option.startsWith(name);
}

function isCluster(arg: string, letter: string): boolean {
  if (!/^-[a-zA-Z\d]+$/.test(arg)) return false;
  return arg.includes(letter) || (letter === "r" && arg.includes("R"));
}
