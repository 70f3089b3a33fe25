import { readC } from "./c/c.ts";
import { c } from "./c/lexicon.ts";
import { csharp, readCSharp } from "./csharp/csharp.ts";
import type { Findings } from "./findings.ts";
import { readGo } from "./go/go.ts";
import { go } from "./go/lexicon.ts";
import { java, readJava } from "./java/java.ts";
import { kotlin, readKotlin } from "./kotlin/kotlin.ts";
import { php } from "./php/lexicon.ts";
import { readPhp } from "./php/php.ts";
import { python } from "./python/lexicon.ts";
import { readPython } from "./python/python.ts";
import { ruby } from "./ruby/lexicon.ts";
import { readRuby } from "./ruby/ruby.ts";
import { rust } from "./rust/lexicon.ts";
import { readRust } from "./rust/rust.ts";
import type { Lexicon, Scanner } from "./scanner.ts";
import { script, scriptWithMarkup } from "./script/lexicon.ts";
import { readScript } from "./script/script.ts";
import { readSwift, swift } from "./swift/swift.ts";
import type { Language } from "./types.ts";

/** How a language is read: by which table, and what is found in its tokens. */
export interface Reader {
  table(mayHaveMarkup: boolean): Lexicon;
  read(scanner: Scanner): Findings;
}

const scripts: Reader = {
  table: (mayHaveMarkup) => (mayHaveMarkup ? scriptWithMarkup : script),
  read: readScript,
};

export const readers: Readonly<Record<Language, Reader>> = {
  typescript: scripts,
  javascript: scripts,
  rust: { table: () => rust, read: readRust },
  java: { table: () => java, read: readJava },
  csharp: { table: () => csharp, read: readCSharp },
  c: { table: () => c, read: readC },
  cpp: { table: () => c, read: readC },
  php: { table: () => php, read: readPhp },
  kotlin: { table: () => kotlin, read: readKotlin },
  swift: { table: () => swift, read: readSwift },
  ruby: { table: () => ruby, read: readRuby },
  go: { table: () => go, read: readGo },
  python: { table: () => python, read: readPython },
};
