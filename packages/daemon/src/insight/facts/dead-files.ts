import type { DeadFile } from "@heddle/protocol";
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
  let left = [...candidates];
  let budget = sourceBytesAtMost;
  for (const { path, size, language } of index.files) {
    if (left.length === 0 || budget < 0) break;
    if (language === undefined && (size > textAtMost || !mentionsIn.test(path))) continue;
    const text = index.readText(path) ?? "";
    budget -= text.length;
    const names = language === undefined ? namedInText : namedInSource;
    left = left.filter((source) => source.path === path || !names(text, source.path));
  }
  return budget < 0 ? [] : left;
}

function namedInText(text: string, path: string): boolean {
  return text.includes(baseOf(path)) || text.includes(moduleName(path));
}

function namedInSource(text: string, path: string): boolean {
  const base = baseOf(path);
  const stem = base.replace(/\.[^.]+$/, "");
  if (!text.includes(stem)) return false;
  return new RegExp(`["'\`/.]${RegExp.escape(stem)}(?:\\.\\w+)?["'\`]`).test(text);
}

/** `package.module`, as Python's settings name files. */
function moduleName(path: string): string {
  const parts = path.replace(/\.[^.]+$/, "").split("/");
  return parts.length > 1 ? parts.slice(-2).join(".") : path;
}
