import type { Findings } from "./findings.ts";
import { isComponent, isTypeScriptBlock, languageOf } from "./languages.ts";
import { scan } from "./scan.ts";
import { todosIn } from "./todos.ts";
import type { FileSymbols, Language } from "./types.ts";

export { type CommentJudge, codeOnly, commentSpans, type Span } from "./comments.ts";
export type {
  Definition,
  DefinitionKind,
  FileSymbols,
  ImportSite,
  Language,
  StyleVotes,
} from "./types.ts";
export { languageOf };

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
  const { tokens } = scanner;
  const wanted = scanner.lexicon.names.of(name);
  const lines: number[] = [];
  for (let at = 0; at < tokens.count; at++) {
    if (tokens.name(at) === wanted) lines.push(tokens.line(at));
  }
  return lines;
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
