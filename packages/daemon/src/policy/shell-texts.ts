import { settings } from "./builtins.ts";
import { optionTable, readArguments } from "./program-options.ts";
import { programOf } from "./programs.ts";
import type { Dialect } from "./shell-reading.ts";
import type { ShellWord, Word } from "./shell-word.ts";

/** What a shell is told to run. */
export interface GivenText {
  /** Null where it is not known. */
  readonly text: Word;
  readonly dialect: Dialect;
}

const dialects: Readonly<Record<string, Dialect | null>> = {
  bash: "bash",
  sh: "sh",
  dash: "sh",
  zsh: null,
  ksh: null,
  ash: null,
};
const options = optionTable("-e -u -f -x -c -o= --norc --noprofile");

/** The text that the words give to a shell; undefined where they start none. */
export function givenText(words: readonly ShellWord[], dialect: Dialect): GivenText | undefined {
  const [name, ...args] = words.map(({ value }) => value);
  if (name === "eval") {
    const text = args[0] === "--" ? args.slice(1) : args;
    return { text: text.includes(null) ? null : text.join(" "), dialect };
  }
  const program = programOf(name ?? "");
  if (!Object.hasOwn(dialects, program)) return undefined;
  const spoken = dialects[program];
  return { text: spoken ? commandText(args) : null, dialect: spoken ?? "bash" };
}

/** A login or interactive shell reads files first, as any option may say that is not known. */
function commandText(args: readonly Word[]): Word {
  const read = readArguments(args, options, { untilPlain: true });
  if (read === undefined || !read.options.some(({ name }) => name === "-c")) return null;
  const isKnown = read.options.every(
    ({ name, value }) => name !== "-o" || settings.has(value ?? ""),
  );
  return isKnown ? (read.plain[0] ?? null) : null;
}
