import type { Findings } from "./findings.ts";
import { readGo } from "./go/go.ts";
import { go } from "./go/lexicon.ts";
import { python } from "./python/lexicon.ts";
import { readPython } from "./python/python.ts";
import type { Lexicon, Scanner } from "./scanner.ts";
import { script, scriptWithMarkup } from "./script/lexicon.ts";
import { readScript } from "./script/script.ts";
import { rust } from "./rust/lexicon.ts";
import { readRust } from "./rust/rust.ts";
import { java, readJava } from "./java/java.ts";
import type { Language } from "./types.ts";

/** How a language is read: by which table, and what is found in its tokens. */
export interface Reader {
  table(mayHaveMarkup: boolean): Lexicon;
  read(scanner: Scanner): Findings;
}

export const scripts: Reader = {
  table: (mayHaveMarkup) => (mayHaveMarkup ? scriptWithMarkup : script),
  read: readScript,
};

export const readers: Readonly<Partial<Record<Language, Reader>>> = {
  typescript: scripts,
  javascript: scripts,
  rust: { table: () => rust, read: readRust },
  java: { table: () => java, read: readJava },
  go: { table: () => go, read: readGo },
  python: { table: () => python, read: readPython },
};
