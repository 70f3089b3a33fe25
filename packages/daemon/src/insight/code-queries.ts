import type { CodeReference, Facts, ImportEdge } from "@heddle/protocol";
import { briefOf, filesNamedIn } from "./answer/brief.ts";
import { type Claims, claimsIn } from "./answer/claims.ts";
import type { BuiltIndex } from "./built-index.ts";
import { factsOf } from "./facts/facts.ts";
import type { History } from "./facts/history.ts";
import { codeMap } from "./map.ts";
import { queries } from "./queries.ts";
import type { ImportStep } from "./reach.ts";
import { definitionSpans, findReferences, type SymbolSpan } from "./references.ts";

const mapTokens = 3000;
const mostSpans = 50;

interface Known {
  readonly revision: number;
  readonly commit: string | null;
  readonly facts: Facts;
}

/** Facts are kept with the index that they are of, until a file or HEAD changes. */
const known = new WeakMap<BuiltIndex, Known>();

/** What is answered in the form that clients get. */
export const codeQueries = {
  /** The facts if nothing has changed since they were made. */
  knownFacts: (index: BuiltIndex, { commit }: { commit: string | null }): Facts | null =>
    factsIfCurrent(index, commit) ?? null,

  facts: async (
    index: BuiltIndex,
    { commit, history }: { commit: string | null; history: History | null },
  ): Promise<Facts> => {
    const { revision } = index;
    const facts = await factsOf({ index, commit, history });
    known.set(index, { revision, commit, facts });
    return facts;
  },

  /** What a model is told that is asked about the tree. */
  brief: (index: BuiltIndex, { question, facts }: { question: string; facts: Facts }): string => {
    const focus = filesNamedIn(question, index);
    const { text: map } = codeMap(index, { budget: mapTokens, focus });
    return briefOf(question, { facts, map, index });
  },

  claims: (index: BuiltIndex, { answer }: { answer: string }): Claims =>
    claimsIn(answer, ({ path, line }) => line >= 1 && line <= lineCount(index, path)),

  refs: (
    index: BuiltIndex,
    { symbol, limit }: { symbol: string; limit: number },
  ): { total: number; data: CodeReference[]; more: number } => referencesTo(index, symbol, limit),

  definitions: (index: BuiltIndex, { symbol }: { symbol: string }): Promise<SymbolSpan[]> =>
    definitionSpans(index, symbol, mostSpans),

  importEdges: (index: BuiltIndex, { path }: { path: string }): ImportEdge[] =>
    queries.imports(index, { path }).map(({ specifier, line, type, to }) => ({
      place: { path, line },
      specifier,
      kind: type,
      targets: [...to],
    })),

  importerEdges: (index: BuiltIndex, { path }: { path: string }): ImportEdge[] =>
    queries.importers(index, { path }).map((step) => edgeOf(index, step)),

  /** The shortest chain of imports; none where there is no way. */
  chain: (index: BuiltIndex, ends: { from: string; to: string }): ImportEdge[] =>
    (queries.why(index, ends) ?? []).map((step) => edgeOf(index, step)),
};

function edgeOf(index: BuiltIndex, { from, to, line }: ImportStep): ImportEdge {
  const sites = index.imports[index.numberOf(from) ?? -1] ?? [];
  const specifier = sites.find((site) => site.line === line)?.specifier ?? "";
  return { place: { path: from, line }, specifier, kind: "files", targets: [to] };
}

function factsIfCurrent(index: BuiltIndex, commit: string | null): Facts | undefined {
  const last = known.get(index);
  return last?.revision === index.revision && last.commit === commit ? last.facts : undefined;
}

const textBytes = 4 * 1024 * 1024;
const textShown = 200;

function linesOf(index: BuiltIndex, path: string): readonly string[] {
  return (index.readText(path, textBytes) ?? "").split("\n");
}

/** Without the empty piece behind the last line's end. */
function lineCount(index: BuiltIndex, path: string): number {
  if (index.numberOf(path) === undefined) return 0;
  const lines = linesOf(index, path);
  return lines.at(-1) === "" ? lines.length - 1 : lines.length;
}

function referencesTo(index: BuiltIndex, symbol: string, limit: number) {
  const { definitions, uses, more } = findReferences(index, symbol);
  const places = [
    ...definitions.map(({ path, line }) => ({ path, line, defined: true })),
    ...uses.flatMap(({ path, lines }) => lines.map((line) => ({ path, line, defined: false }))),
  ];
  const shown = places.slice(0, limit);
  const texts = new Map(
    [...new Set(shown.map(({ path }) => path))].map((path) => [path, linesOf(index, path)]),
  );
  const data = shown.map(({ path, line, defined }): CodeReference => {
    const imported = index.imports[index.numberOf(path) ?? -1]?.some((site) => site.line === line);
    const kind = defined ? "definition" : imported ? "import" : "use";
    const text = texts.get(path)?.[line - 1]?.trim().slice(0, textShown) ?? "";
    return { place: { path, line }, kind, text };
  });
  return { total: places.length, data, more };
}
