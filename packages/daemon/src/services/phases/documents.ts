import { codeOnly, languageOf } from "../../insight/lex/index.ts";
import { obeyedParts } from "./obeyed-comments.ts";

/** Whether a path is a document, whatever is in it. */
export function isDocument(path: string): boolean {
  return /^docs\//.test(path) || /\.(md|mdx|markdown)$/i.test(path);
}

/**
 * Whether two states of a file differ in comments alone, told by the lexer of its language. What no
 * lexer reads is not known to, and a comment that tools may obey is code: it changes what is built,
 * run or checked.
 */
export function differsInCommentsOnly(path: string, before: string, after: string): boolean {
  const language = languageOf(path, before);
  if (language === undefined || language !== languageOf(path, after)) return false;
  const code = (text: string) => codeOnly(language, text, path, obeyedParts);
  return code(before) === code(after);
}

const changelog = /^(changelog|changes|history|news)(\.(md|markdown|txt|rst))?$/i;

/** The file at the top of a tree that tells users what has changed. */
export function changelogOf(paths: readonly string[]): string | undefined {
  return paths.find((path) => changelog.test(path));
}

/**
 * The files that a document names and that are not there: relative links, and names in backticks
 * that have a folder and an ending.
 */
export function missingFiles(
  path: string,
  text: string,
  exists: (path: string) => boolean,
): { line: number; name: string }[] {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  let fenced = false;
  return text.split("\n").flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    if (fenced) return [];
    const links = [...line.matchAll(/\]\((?!\w+:|#|\/)([^)\s#?]+)[^)]*\)/g)].map(
      ([, to = ""]) => to,
    );
    const named = [...line.matchAll(/`((?:[\w.-]+\/)+[\w-]+\.[a-z]{1,5})`/g)].map(
      ([, to = ""]) => to,
    );
    return [
      ...links.filter((to) => !exists(resolved(folder, decoded(to)))),
      ...named.filter((to) => !exists(to) && !exists(resolved(folder, to))),
    ].map((name) => ({ line: at + 1, name }));
  });
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
