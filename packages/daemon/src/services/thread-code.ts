import type { CodeReference, ImportEdge, ThreadId } from "@heddle/protocol";
import type { CodeKnowledge } from "../agent/code-knowledge.ts";
import type { SymbolSpan } from "../insight/references.ts";
import type { Code } from "./code.ts";

/** What the index says of a thread's worktree, as a model reads it. */
export function threadCode(code: Code, threadId: ThreadId): CodeKnowledge {
  const where = { threadId };
  const refs = async (symbol: string): Promise<readonly CodeReference[]> =>
    (await code.refs({ ...where, symbol })).data;
  return {
    map: async (budget, focus) => (await code.map({ ...where, budget, focus: [...focus] })).text,
    symbol: async (name) => spanLines(await code.definitions(threadId, name)),
    refs: async (name) => referenceLines(await refs(name)),
    importers: async (file) => edgeLines((await code.importers({ ...where, file })).data),
    imports: async (file) => edgeLines((await code.imports({ ...where, file })).data),
    affectedTests: (paths) => code.affectedTests(threadId, paths),
    cycles: async () => {
      const { cycles } = await code.analyze(where);
      const rounds = cycles.rows.map(({ path }) => path.map(placeText).join(" -> "));
      return rounds.join("\n");
    },
  };
}

function placeText({ path, line }: { path: string; line: number }): string {
  return `${path}:${line}`;
}

function referenceLines(rows: readonly CodeReference[]): string {
  return rows.map(({ place, kind, text }) => `${placeText(place)} ${kind}: ${text}`).join("\n");
}

function spanLines(spans: readonly SymbolSpan[]): string {
  return spans
    .map(({ path, line, endLine, kind, text }) => {
      const lines = endLine > line ? `${line}-${endLine}` : `${line}`;
      return `${path}:${lines} ${kind}: ${text}`;
    })
    .join("\n");
}

function edgeLines(edges: readonly ImportEdge[]): string {
  return edges
    .map(
      ({ place, specifier, targets }) =>
        `${placeText(place)} ${specifier} -> ${targets.join(", ")}`,
    )
    .join("\n");
}
