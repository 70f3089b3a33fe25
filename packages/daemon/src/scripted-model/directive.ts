import type { Args } from "./types.ts";

export interface Directive {
  readonly name: string;
  readonly args: Args;
  /** As written, to tell one directive from another. */
  readonly source: string;
}

const directivePattern = /\[\[\s*([\w-]+)((?:\s+[\w-]+=(?:"(?:\\.|[^"\\])*"|[^\s\]"]+))*)\s*\]\]/gs;
const argumentPattern = /([\w-]+)=(?:"((?:\\.|[^"\\])*)"|([^\s\]"]+))/gs;
const escapes: Readonly<Record<string, string | undefined>> = { n: "\n", t: "\t", r: "\r" };

/** The last `[[name key=value key2="two words"]]` of a text. */
export function parseDirective(text: string): Directive | undefined {
  const match = [...text.matchAll(directivePattern)].at(-1);
  if (!match?.[1]) return undefined;
  return { name: match[1], args: parseArgs(match[2] ?? ""), source: match[0] };
}

function parseArgs(text: string): Args {
  const entries = [...text.matchAll(argumentPattern)].map(([, key = "", quoted, bare = ""]) => [
    key,
    quoted === undefined ? bare : unescaped(quoted),
  ]);
  return Object.fromEntries(entries) as Args;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => escapes[character] ?? character);
}

/** Reads a number that a directive may give. */
export function numberArg(args: Args, key: string): number | undefined {
  const text = args[key];
  if (text === undefined) return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
