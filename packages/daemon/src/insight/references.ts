import type { BuiltIndex } from "./built-index.ts";
import type { TreeIndex } from "./index-types.ts";
import { identifierLines } from "./lex/index.ts";
import type { DefinitionKind } from "./lex/types.ts";
import { definitionSpan } from "./spans.ts";

export interface SymbolDefinition {
  readonly path: string;
  readonly line: number;
  readonly kind: DefinitionKind;
  readonly container?: string;
  readonly exported: boolean;
}

export interface SymbolUse {
  readonly path: string;
  readonly lines: readonly number[];
}

export interface SymbolReferences {
  readonly name: string;
  readonly definitions: readonly SymbolDefinition[];
  /** The files that use it most likely first: those that import a file that defines it. */
  readonly uses: readonly SymbolUse[];
  /** How many files more use it than are listed. */
  readonly more: number;
}

const maxUses = 500;
const maxTextBytes = 4 * 1024 * 1024;

/** Where a name is defined and used. `Container.name` asks for a member. */
export function findReferences(
  index: BuiltIndex,
  symbol: string,
  limit = maxUses,
): SymbolReferences {
  const { name, container } = partsOf(symbol);
  const found = definitionsOf(index, name, container);
  const definitions = found.map(({ definition }) => definition);
  const users = usersOf(index, name, new Set(found.map(({ file }) => file)));
  const uses = users.slice(0, limit).flatMap((file) => useIn(index, file, name, definitions) ?? []);
  return { name, definitions, uses, more: Math.max(0, users.length - limit) };
}

export interface SymbolSpan extends SymbolDefinition {
  /** The last line of the definition; that of its name where the language has no grammar. */
  readonly endLine: number;
  readonly text: string;
}

/** Where a name is defined, and from which line to which, by a parser of the language. */
export async function definitionSpans(
  index: TreeIndex,
  symbol: string,
  limit: number,
): Promise<SymbolSpan[]> {
  const { name, container } = partsOf(symbol);
  const found = definitionsOf(index, name, container).slice(0, limit);
  return await Promise.all(
    found.map(async ({ definition }) => {
      const { path, line } = definition;
      const text = index.readText(path, maxTextBytes) ?? "";
      const span = await definitionSpan(path, text, { name, line });
      const [startLine, endLine] = [span?.startLine ?? line, span?.endLine ?? line];
      return { ...definition, line: startLine, endLine, text: lineAt(text, line) };
    }),
  );
}

function lineAt(text: string, line: number): string {
  return (text.split("\n", line)[line - 1] ?? "").trim();
}

function partsOf(symbol: string): { name: string; container: string | undefined } {
  const parts = symbol.split(/[.#]|::/).filter((part) => part !== "");
  return { name: parts.at(-1) ?? "", container: parts.at(-2) };
}

function definitionsOf(index: TreeIndex, name: string, container: string | undefined) {
  return index.files.flatMap(({ path, symbols }, file) =>
    (symbols?.definitions ?? [])
      .filter(
        (one) => one.name === name && (container === undefined || one.container === container),
      )
      .map(({ line, kind, exported, container: within }) => {
        const inside = within === undefined ? {} : { container: within };
        return { file, definition: { path, line, kind, exported, ...inside } };
      }),
  );
}

function usersOf(index: BuiltIndex, name: string, definers: ReadonlySet<number>): number[] {
  const number = index.names.numberOf(name);
  if (number === undefined) return [];
  const users = [...index.files.keys()].filter((file) => {
    const references = index.graph.namesOf(file)?.references;
    return references?.some((entry) => entry >>> 8 === number) ?? false;
  });
  const isSure = (file: number) =>
    definers.has(file) ||
    index.edgesFrom(file).some(({ to, imported }) => imported && definers.has(to));
  const sure = new Set(users.filter(isSure));
  return users.sort((a, b) => Number(sure.has(b)) - Number(sure.has(a)) || a - b);
}

function useIn(
  index: BuiltIndex,
  file: number,
  name: string,
  definitions: readonly SymbolDefinition[],
): SymbolUse | undefined {
  const { path, symbols } = index.files[file] ?? {};
  const text = path === undefined ? undefined : index.readText(path, maxTextBytes);
  if (path === undefined || !symbols || text === undefined) return undefined;
  const defined = new Set(definitions.flatMap((one) => (one.path === path ? [one.line] : [])));
  const lines = [...new Set(identifierLines(symbols.language, text, name, path))];
  const used = lines.filter((line) => !defined.has(line));
  return used.length > 0 ? { path, lines: used } : undefined;
}
