import type { DeadFile } from "@heddle/protocol";
import type { IndexedFile, TreeIndex } from "../index-types.ts";
import type { Language } from "../lex/types.ts";
import { entryFile } from "./entry-points.ts";
import { isSetting } from "./settings-files.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";
import { isAside } from "./units.ts";

/** Where a file is used by importing it, and in no other way that cannot be seen. */
const importedByFile = new Set<Language>(["typescript", "javascript", "python", "rust"]);

/** What languages run or import by its name. */
const loadedByName =
  /(?:^|\/)(?:__init__\.py|__main__\.py|manage\.py|[aw]sgi\.py|_?version\.py|lib\.rs|main\.rs|index\.\w+)$/;
const runFolders =
  /(?:^|\/)(?:bin|scripts?|tools?|migrations|pages|routes|stories|benches|bench|benchmarks?|public|static)\//;

const mentionsIn =
  /\.(?:json|ya?ml|toml|cfg|ini|html?|md|rst|txt|sh|mk|am|in|cmake)$|(?:^|\/)(?:Makefile|Dockerfile|Rakefile|justfile)$/;
const textAtMost = 128 * 1024;

/**
 * Sources that nothing imports, nothing declares and no file of the tree names. A public module of
 * a library looks the same.
 */
export function deadFilesOf(subject: Subject): Top<DeadFile> {
  const entries = new Set(
    subject.index.manifests.flatMap((manifest) =>
      manifest.entries.map((entry) => entryFile(subject, manifest, entry)),
    ),
  );
  const candidates = subject.sources.filter(
    (source) => !entries.has(source.path) && isUnused(subject, source),
  );
  const rows = unnamed(subject, candidates)
    .map(({ path, symbols }) => ({ place: { path, line: 1 }, codeLines: symbols.codeLines }))
    .sort((a, b) => b.codeLines - a.codeLines || byText(a.place.path, b.place.path));
  return top(rows, 50);
}

function isUnused({ index, importers }: Subject, { file, path, language, symbols, test }: Source) {
  return (
    importedByFile.has(language) &&
    !test &&
    !symbols.isEntryPoint &&
    symbols.codeLines > 0 &&
    !isAside(path) &&
    !isSetting(path) &&
    !loadedByName.test(path) &&
    !runFolders.test(path) &&
    importers[file]?.length === 0 &&
    // Where only names tell of a use, it may be one all the same.
    index.edgesTo(file).length === 0
  );
}

const sourceBytesAtMost = 64 * 1024 * 1024;

/**
 * Those that no manifest, build file or document names, and no source in a string, as threads and
 * programs are started.
 */
function unnamed({ index }: Subject, candidates: readonly Source[]): Source[] {
  const left = new Set(candidates);
  const byStem = Map.groupBy(candidates, ({ path }) => stemOf(path));
  const read = index.files.filter(
    ({ path, size, language }) =>
      language !== undefined || (size <= textAtMost && mentionsIn.test(path)),
  );
  let budget = sourceBytesAtMost;
  for (const [{ path, language }, text] of textsOf(index, read)) {
    budget -= text.length;
    if (left.size === 0 || budget < 0) break;
    const named = language === undefined ? namedInText(text, left) : namedInSource(text, byStem);
    for (const source of named) if (source.path !== path) left.delete(source);
  }
  return budget < 0 ? [] : [...left];
}

function* textsOf(
  index: TreeIndex,
  files: readonly IndexedFile[],
): Generator<[IndexedFile, string]> {
  using reader = index.openReader();
  for (const file of files) yield [file, reader.text(file.path) ?? ""];
}

function namedInText(text: string, sources: Iterable<Source>): Source[] {
  return [...sources].filter(
    ({ path }) => text.includes(baseOf(path)) || text.includes(moduleName(path)),
  );
}

/** What ends at a quote: the last part of a path, or a word of a dotted name, with an ending or not. */
const quotedEnd = /(?<=["'`/.])([^\s"'`/]+)["'`]/g;

function namedInSource(text: string, byStem: ReadonlyMap<string, readonly Source[]>): Source[] {
  const found: Source[] = [];
  for (const [, end = ""] of text.matchAll(quotedEnd)) {
    for (let from = 0; from >= 0; from = from === end.length ? -1 : nextPart(end, from)) {
      const part = end.slice(from);
      found.push(...(byStem.get(part) ?? []), ...(byStem.get(stemOf(part)) ?? []));
    }
  }
  return found;
}

function nextPart(name: string, from: number): number {
  const point = name.indexOf(".", from);
  return point < 0 ? -1 : point + 1;
}

function stemOf(path: string): string {
  return baseOf(path).replace(/\.[^.]+$/, "");
}

/** `package.module`, as Python's settings name files. */
function moduleName(path: string): string {
  const parts = path.replace(/\.[^.]+$/, "").split("/");
  return parts.length > 1 ? parts.slice(-2).join(".") : path;
}
