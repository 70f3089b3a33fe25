import type { BuiltIndex } from "./built-index.ts";
import type { Definition } from "./lex/types.ts";
import { isForTests } from "./test-files.ts";

export interface MapOptions {
  /** How many tokens the text may have. */
  readonly budget: number;
  /** Files that are being worked on; what they use comes first. */
  readonly focus?: readonly string[];
  /** Files that are known already, and are left out. */
  readonly without?: readonly string[];
  readonly bytesPerToken?: number;
}

export interface CodeMap {
  /** A line a file: `path: 12 first, 40 second`. */
  readonly text: string;
  readonly files: number;
  readonly symbols: number;
}

const usualBytesPerToken = 3.5;
/** A file shows no more than these, so that many files are seen. */
const symbolsPerFile = 12;
/** No more files than these can fit into any budget that is asked for. */
const maxMapped = 2_000;

/** What a newcomer should know first: the definitions that the most important files use most. */
export function codeMap(index: BuiltIndex, options: MapOptions): CodeMap {
  const focus = (options.focus ?? []).flatMap((path) => index.numberOf(path) ?? []);
  const without = new Set(options.without);
  const rank = index.rank(focus);
  const ranked = rankedFiles(index, rank, focus).filter(
    (file) => !without.has(pathOf(index, file)),
  );
  const uses = usesOf(index, rank);
  const bytes = options.budget * (options.bytesPerToken ?? usualBytesPerToken);
  return fill(index, { files: ranked, uses, bytes });
}

function pathOf(index: BuiltIndex, file: number): string {
  return index.files[file]?.path ?? "";
}

/** Sources by rank; tests only where they are in focus. */
function rankedFiles(index: BuiltIndex, rank: Float64Array, focus: readonly number[]): number[] {
  const focused = new Set(focus);
  const sources = [...index.files.keys()].filter((file) => {
    const { symbols, path = "" } = index.files[file] ?? {};
    return symbols && (focused.has(file) || !isForTests(path, symbols.language));
  });
  const key = (file: number) => (focused.has(file) ? 1 : 0) + (rank[file] ?? 0);
  return sources.sort((a, b) => key(b) - key(a) || a - b).slice(0, maxMapped);
}

/** How much each name is used, by the rank of the files that use it. */
function usesOf(index: BuiltIndex, rank: Float64Array): Float64Array {
  const uses = new Float64Array(index.names.count);
  for (const [file, weight] of rank.entries()) {
    for (const entry of index.graph.namesOf(file)?.references ?? []) {
      const name = entry >>> 8;
      uses[name] = (uses[name] ?? 0) + weight * Math.sqrt(entry & 255);
    }
  }
  return uses;
}

function fill(
  index: BuiltIndex,
  { files, uses, bytes }: { files: readonly number[]; uses: Float64Array; bytes: number },
): CodeMap {
  const lines: string[] = [];
  let [left, symbols] = [bytes, 0];
  for (const file of files) {
    const shown = bestOf(index, file, uses);
    const head = `${pathOf(index, file)}:`;
    const parts = shown.map(({ line, name, container }) => {
      return ` ${line} ${container === undefined ? "" : `${container}.`}${name}`;
    });
    let size = Buffer.byteLength(head) + 1;
    const fitting = parts.findIndex((part) => {
      size += Buffer.byteLength(part) + 1;
      return size > left;
    });
    const taken = fitting < 0 ? parts : parts.slice(0, fitting);
    if (taken.length === 0) {
      if (shown.length > 0) break;
      continue;
    }
    const text = head + taken.join(",");
    lines.push(text);
    symbols += taken.length;
    left -= Buffer.byteLength(text) + 1;
  }
  return { text: lines.join("\n"), files: lines.length, symbols };
}

/** What others can see comes first, then what is used most; shown in the order of the lines. */
function bestOf(index: BuiltIndex, file: number, uses: Float64Array): Definition[] {
  const definitions = index.files[file]?.symbols?.definitions ?? [];
  const score = ({ name, exported, container }: Definition) => {
    const number = index.names.numberOf(name);
    const used = number === undefined ? 0 : (uses[number] ?? 0);
    return used + (exported ? 1 : 0) + (container === undefined ? 1 : 0);
  };
  return definitions
    .map((definition) => ({ definition, score: score(definition) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, symbolsPerFile)
    .map(({ definition }) => definition)
    .sort((a, b) => a.line - b.line);
}
