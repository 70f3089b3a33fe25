import type { Word } from "./shell-word.ts";

/** The options of a program, by name, with whether a value follows them. */
export type OptionTable = ReadonlyMap<string, "flag" | "value" | "optional">;

export interface Option {
  readonly name: string;
  readonly value: Word | undefined;
}

export interface Arguments {
  readonly options: readonly Option[];
  /** The words that are neither options nor their values. */
  readonly plain: readonly Word[];
}

/**
 * Reads `-q --quiet -m= --message= -S? --sign? -#`: a flag, one with a value, one to which a value
 * may be attached, and a number as an option.
 */
export function optionTable(...texts: string[]): OptionTable {
  const names = texts.flatMap((text) => text.trim().split(/\s+/));
  return new Map(
    names.map((name) => {
      if (name.endsWith("=")) return [name.slice(0, -1), "value"];
      return name.endsWith("?") ? [name.slice(0, -1), "optional"] : [name, "flag"];
    }),
  );
}

interface Reading {
  readonly args: readonly Word[];
  readonly table: OptionTable;
  readonly options: Option[];
  at: number;
}

/**
 * The options and the other words of a program; undefined where one of them is no option that the
 * table has, or is only known when it runs and may be one. Nothing is taken for an abbreviation.
 * With `untilPlain`, whatever follows the first word that is no option is none either.
 */
export function readArguments(
  args: readonly Word[],
  table: OptionTable,
  { untilPlain = false } = {},
): Arguments | undefined {
  const reading: Reading = { args, table, options: [], at: 0 };
  const plain: Word[] = [];
  while (reading.at < args.length) {
    const arg = args[reading.at];
    if (arg === null || arg === undefined) return undefined;
    const isPlain = arg === "-" || !arg.startsWith("-");
    if (isPlain && untilPlain) break;
    reading.at += 1;
    if (arg === "--") break;
    if (isPlain) plain.push(arg);
    else if (!readOption(arg, reading)) return undefined;
  }
  return { options: reading.options, plain: [...plain, ...args.slice(reading.at)] };
}

function readOption(arg: string, reading: Reading): boolean {
  const { table, options } = reading;
  // Behind a single letter, it is a part of the value.
  const equals = /^-[^-]=/.test(arg) ? -1 : arg.indexOf("=");
  const name = equals < 0 ? arg : arg.slice(0, equals);
  const kind = table.get(name) ?? (name.startsWith("--no-") ? negated(name, table) : undefined);
  if (kind === undefined) return !arg.startsWith("--") && readLetters(arg, reading);
  if (equals >= 0) {
    options.push({ name, value: arg.slice(equals + 1) });
    return kind !== "flag";
  }
  options.push({ name, value: kind === "value" ? reading.args[reading.at] : undefined });
  if (kind === "value") reading.at += 1;
  return true;
}

function negated(name: string, table: OptionTable): "flag" | undefined {
  return table.has(`--${name.slice("--no-".length)}`) ? "flag" : undefined;
}

/** Letters that stand together, the last of them with its value: `-qm text`, `-n5`, `-20`. */
function readLetters(arg: string, reading: Reading): boolean {
  const { table, options } = reading;
  for (let at = 1; at < arg.length; at += 1) {
    const name = `-${arg.charAt(at)}`;
    const rest = arg.slice(at + 1);
    const kind = table.get(name) ?? (/\d/.test(name) ? table.get("-#") : undefined);
    if (kind === undefined) return false;
    if (kind === "flag") options.push({ name, value: undefined });
    else if (rest !== "" || kind === "optional") {
      options.push({ name, value: rest });
      return true;
    } else {
      options.push({ name, value: reading.args[reading.at] });
      reading.at += 1;
    }
  }
  return true;
}
