import type { Content } from "./digest.ts";
import type { Symbols } from "./index-types.ts";
import type { Definition } from "./lex/types.ts";

/** A content as text: a line without its definitions, which are most of it, and one of those. */
export function writeContent({ symbols, skipped }: Content): string {
  if (!symbols) return JSON.stringify({ skipped });
  const { definitions, ...outline } = symbols;
  return `${JSON.stringify(outline)}\n${JSON.stringify(definitions)}`;
}

/** Reads what `writeContent` wrote. The definitions stay text until somebody asks for them. */
export function readContent(text: string): Content {
  const end = text.indexOf("\n");
  if (end < 0) return JSON.parse(text) as Content;
  const outline = JSON.parse(text.slice(0, end)) as Outline;
  return { symbols: new StoredSymbols(outline, text.slice(end + 1)) };
}

type Outline = Omit<Symbols, "definitions">;

class StoredSymbols implements Symbols {
  readonly language: Symbols["language"];
  readonly lines: number;
  readonly codeLines: number;
  readonly commentLines: number;
  readonly imports: Symbols["imports"];
  readonly packageName?: string;
  readonly isEntryPoint: boolean;
  readonly branches: number;
  readonly todos: Symbols["todos"];
  readonly style: Symbols["style"];
  #definitions: string | readonly Definition[];

  constructor(outline: Outline, definitions: string) {
    this.language = outline.language;
    this.lines = outline.lines;
    this.codeLines = outline.codeLines;
    this.commentLines = outline.commentLines;
    this.imports = outline.imports;
    if (outline.packageName !== undefined) this.packageName = outline.packageName;
    this.isEntryPoint = outline.isEntryPoint;
    this.branches = outline.branches;
    this.todos = outline.todos;
    this.style = outline.style;
    this.#definitions = definitions;
  }

  get definitions(): readonly Definition[] {
    if (typeof this.#definitions === "string") {
      this.#definitions = JSON.parse(this.#definitions) as Definition[];
    }
    return this.#definitions;
  }
}
