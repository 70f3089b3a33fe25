import { isDeepStrictEqual } from "node:util";
import { codeOnly, languageOf } from "../../insight/lex/index.ts";
import { hiddenEnds } from "./hidden-ends.ts";
import { obeyedParts } from "./obeyed-comments.ts";

/** What every reader looks for at the top of a project. */
const landmarks = {
  changelog: /^(changelog|changes|history|news)(\.(md|markdown|txt|rst|adoc))?$/i,
  readme: /^readme(\.(md|markdown|txt|rst|adoc))?$/i,
} as const;

export function landmarkOf(path: string): keyof typeof landmarks | undefined {
  if (landmarks.changelog.test(path)) return "changelog";
  return landmarks.readme.test(path) ? "readme" : undefined;
}

export function isMarkdown(path: string): boolean {
  // MDX runs what is in it.
  return /\.(md|markdown)$/i.test(path);
}

/** Whether a path is a document, whatever is in it. */
export function isDocument(path: string): boolean {
  return /^docs\//.test(path) || isMarkdown(path) || landmarkOf(path) !== undefined;
}

/**
 * Whether two states of a file differ in comments alone, told by the lexer of its language. What no
 * lexer reads is not known to, and a comment that tools may obey is code: it changes what is built,
 * run or checked.
 */
export function differsInCommentsOnly(path: string, before: string, after: string): boolean {
  const language = languageOf(path, before);
  if (language === undefined || language !== languageOf(path, after)) return false;
  const code = (text: string) => [codeOnly(language, text, path, obeyedParts), ...hiddenEnds(text)];
  return isDeepStrictEqual(code(before), code(after));
}

/** The file at the top of a tree that tells users what has changed. */
export function changelogOf(paths: readonly string[]): string | undefined {
  return paths.find((path) => landmarkOf(path) === "changelog");
}

/**
 * Whether a changelog says something that it did not say before, and that is more than a heading.
 */
export function hasNewEntry(before: string, after: string): boolean {
  return [...newLines(before, after)].some((line) => /^\s*[^#\s].*[\p{L}\p{N}]/u.test(line));
}

/** The lines of a text that an earlier state of it had nowhere. */
export function newLines(before: string, after: string): ReadonlySet<string> {
  const known = new Set(before.split("\n").map((line) => line.trim()));
  return new Set(after.split("\n").filter((line) => !known.has(line.trim())));
}

interface MissingFile {
  readonly line: number;
  readonly name: string;
  /** Where it was looked for. */
  readonly paths: readonly string[];
}

/**
 * The files that a document names and that are not there: relative links, and names in backticks
 * that have a folder and an ending. `exists` is told where a file may be, and the line that names
 * it.
 */
export function missingFiles(
  path: string,
  text: string,
  exists: (paths: readonly string[], line: string) => boolean,
): MissingFile[] {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  let fenced = false;
  return text.split("\n").flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) return [];
    return namesIn(line, folder)
      .map((found) => ({ line: at + 1, ...found }))
      .filter(({ paths }) => !exists(paths, line));
  });
}

/**
 * The names of files in a line, and where each may be: a link from its folder, others from the top.
 */
function namesIn(line: string, folder: string): Omit<MissingFile, "line">[] {
  const links = [...line.matchAll(/\]\((?!\w+:|#|\/)([^)\s#?]+)[^)]*\)/g)];
  const named = [...line.matchAll(/`((?:[\w.-]+\/)+[\w-]+\.[a-z]{1,5})`/g)];
  return [
    ...links.map(([, name = ""]) => ({ name, paths: [resolved(folder, decoded(name))] })),
    ...named.map(([, name = ""]) => ({
      name,
      paths: [resolved("", name), resolved(folder, name)],
    })),
  ];
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

function resolved(folder: string, name: string): string {
  const parts: string[] = [];
  for (const part of `${folder}${name}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
