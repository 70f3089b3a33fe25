import type { Word } from "./shell-word.ts";

/** The options that a program is known to have. */
export interface Options {
  /** Letters of those without a value, and of those with one. */
  readonly flags?: string;
  readonly values?: string;
  /** Letters whose value, if any, is in the same word. */
  readonly attached?: string;
  /** Long ones without a value, with one, and with one only behind `=`. */
  readonly longFlags?: readonly string[];
  readonly longValues?: readonly string[];
  readonly longAttached?: readonly string[];
}

interface Option {
  readonly name: string;
  readonly value: Word | undefined;
}

export interface ReadOptions {
  readonly options: readonly Option[];
  /** Where the words begin that are no options. */
  readonly rest: number;
}

/** Reads options up to the first other word; undefined where one is not known, or may be one. */
export function readOptions(args: readonly Word[], known: Options): ReadOptions | undefined {
  const options: Option[] = [];
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === null || arg === undefined) return undefined;
    if (arg === "--") return { options, rest: at + 1 };
    if (!/^-./.test(arg)) break;
    const read = arg.startsWith("--") ? long(arg, known) : short(arg, known);
    if (read === undefined) return undefined;
    options.push(...read.options);
    if (read.wants === undefined) continue;
    at += 1;
    options.push({ name: read.wants, value: args[at] });
  }
  return { options, rest: at };
}

interface OneRead {
  readonly options: readonly Option[];
  /** The option whose value is the next word. */
  readonly wants?: string;
}

function long(arg: string, known: Options): OneRead | undefined {
  const [, name = "", value] = /^--([^=]*)(?:=([\s\S]*))?$/.exec(arg) ?? [];
  const has = (names: readonly string[] | undefined) => names?.includes(name) ?? false;
  if (value === undefined && has(known.longValues)) return { options: [], wants: name };
  const isKnown =
    value === undefined
      ? has(known.longFlags) || has(known.longAttached)
      : has(known.longValues) || has(known.longAttached);
  return isKnown ? { options: [{ name, value }] } : undefined;
}

function short(
  arg: string,
  { flags = "", values = "", attached = "" }: Options,
): OneRead | undefined {
  const options: Option[] = [];
  for (let at = 1; at < arg.length; at += 1) {
    const name = arg.charAt(at);
    const value = arg.slice(at + 1);
    if (attached.includes(name)) return { options: [...options, { name, value }] };
    if (values.includes(name)) {
      return value === "" ? { options, wants: name } : { options: [...options, { name, value }] };
    }
    if (!flags.includes(name)) return undefined;
    options.push({ name, value: undefined });
  }
  return { options };
}
