import type { DeadFile } from "@heddle/protocol";
import type { Language } from "../lex/types.ts";
import { entryFile } from "./entry-points.ts";
import type { Source, Subject } from "./subject.ts";
import { baseOf } from "./subject.ts";
import { byText, type Top, top } from "./top.ts";
import { isAside } from "./units.ts";

/** Where a file is used by importing it, and in no other way that cannot be seen. */
const importedByFile = new Set<Language>(["typescript", "javascript", "python", "rust"]);

/** What tools and languages load by its name alone. */
const loadedByName =
  /(?:^|\/)(?:[^/]*\.config\.\w+|[^/]*rc\.[cm]?js|[^/]*\.d\.[cm]?ts|__init__\.py|__main__\.py|setup\.py|conf\.py|manage\.py|wsgi\.py|asgi\.py|noxfile\.py|tasks\.py|fabfile\.py|version\.py|_version\.py|build\.rs|lib\.rs|main\.rs|index\.\w+)$/;
const runFolders =
  /(?:^|\/)(?:bin|scripts?|tools?|migrations|pages|routes|stories|benches|bench|benchmarks?|public|static)\//;

const mentionsIn =
  /\.(?:json|ya?ml|toml|cfg|ini|html?|md|rst|txt|sh|mk|am|in|cmake)$|(?:^|\/)(?:Makefile|Dockerfile|Rakefile|justfile)$/;
const textAtMost = 128 * 1024;
const textsAtMost = 600;

/**
 * Sources that nothing imports, nothing declares and no text of the tree names. A public module of
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
  const named = candidates.length === 0 ? () => false : mentioned(subject);
  const rows = candidates
    .filter(({ path }) => !named(path))
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
    !loadedByName.test(path) &&
    !runFolders.test(path) &&
    importers[file]?.length === 0 &&
    // Where only names tell of a use, it may be one all the same.
    index.edgesTo(file).length === 0
  );
}

/** Whether a manifest, a script of one, a build file or a document names a file. */
function mentioned({ index }: Subject): (path: string) => boolean {
  const texts = index.files
    .filter(
      ({ path, size, language }) =>
        language === undefined && size <= textAtMost && mentionsIn.test(path),
    )
    .slice(0, textsAtMost)
    .map(({ path }) => index.readText(path, textAtMost) ?? "");
  const all = texts.join("\n");
  return (path) => all.includes(baseOf(path)) || all.includes(moduleName(path));
}

/** `package.module`, as Python's settings name files. */
function moduleName(path: string): string {
  const parts = path.replace(/\.[^.]+$/, "").split("/");
  return parts.length > 1 ? parts.slice(-2).join(".") : path;
}
