import { scriptBlocks } from "./component.ts";
import type { Findings } from "./findings.ts";
import { isComponent, isTypeScriptBlock, languageOf, mayHaveMarkup } from "./languages.ts";
import { type Reader, readers } from "./readers.ts";
import { Scanner } from "./scanner.ts";
import { todosIn } from "./todos.ts";
import { Tokens } from "./tokens.ts";
import type { FileSymbols, Language } from "./types.ts";

export type {
  Definition,
  DefinitionKind,
  FileSymbols,
  ImportSite,
  Language,
  StyleVotes,
} from "./types.ts";
export { languageOf };

/** Their memory is used for one file after the other: nothing here waits in between. */
const tokens = new Tokens();

/** Finds what one file imports, defines and uses. Takes any text, whatever is wrong with it. */
export function lexFile(language: Language, text: string, path: string): FileSymbols {
  const actual = isComponent(path) && isTypeScriptBlock(text) ? "typescript" : language;
  const { scanner, reader } = scan(actual, text, path);
  const findings = reader.read(scanner);
  return { language: actual, ...symbolsOf(findings) };
}

/** The lines on which a name is used or defined, in order; each line once for each use. */
export function identifierLines(
  language: Language,
  text: string,
  name: string,
  path = "",
): number[] {
  if (!text.includes(name)) return [];
  const { scanner } = scan(language, text, path);
  const wanted = scanner.lexicon.names.of(name);
  const lines: number[] = [];
  for (let at = 0; at < tokens.count; at++) {
    if (tokens.name(at) === wanted) lines.push(tokens.line(at));
  }
  return lines;
}

/** Starts and ends of a text's comments; Python's docstrings are strings and none. */
export function commentSpans(language: Language, text: string, path = ""): [number, number][] {
  const { comments } = scan(language, text, path).scanner;
  const spans: [number, number][] = [];
  for (let at = 0; at < comments.length; at += 2) {
    spans.push([comments[at] ?? 0, comments[at + 1] ?? 0]);
  }
  return spans;
}

/**
 * A text without its comments, and without the spaces and empty lines that they leave, so that two
 * texts give the same if and only if they differ in comments and blank ends of lines alone.
 */
export function codeOnly(language: Language, text: string, path = ""): string {
  const parts: string[] = [];
  let done = 0;
  for (const [start, end] of commentSpans(language, text, path)) {
    parts.push(text.slice(done, start));
    done = end;
  }
  parts.push(text.slice(done));
  return parts
    .join(" ")
    .replace(/[ \t\r]+$/gm, "")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

function scan(
  language: Language,
  text: string,
  path: string,
): { scanner: Scanner; reader: Reader } {
  const reader = readers[language];
  const table = reader.table(mayHaveMarkup(language, path));
  table.names.trim();
  tokens.clear();
  const scanner = new Scanner(isComponent(path) ? scriptBlocks(text) : text, table, tokens);
  scanner.run();
  return { scanner, reader };
}

function symbolsOf(findings: Findings): Omit<FileSymbols, "language"> {
  const { scanner, packageName } = findings;
  const endsOpen = scanner.end > 0 && scanner.text.charCodeAt(scanner.end - 1) !== 10;
  return {
    lines: scanner.line - (endsOpen ? 0 : 1),
    codeLines: scanner.codeLines,
    commentLines: scanner.commentLines,
    imports: findings.imports,
    definitions: findings.definitions,
    references: findings.references(),
    ...(packageName !== undefined && { packageName }),
    isEntryPoint: findings.isEntryPoint,
    branches: findings.branches,
    todos: todosIn(scanner),
    style: {
      tabLines: scanner.tabLines,
      spaceSteps: scanner.spaceSteps,
      singleQuotes: findings.singleQuotes,
      doubleQuotes: findings.doubleQuotes,
      semicolons: findings.semicolons,
      bareEnds: findings.bareEnds,
    },
  };
}
