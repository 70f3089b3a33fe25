import { createHash } from "node:crypto";
import type { FileStamp, TreeReader } from "../os/tree-reader.ts";
import type { SkipReason, Symbols } from "./index-types.ts";
import { languageOf, lexFile } from "./lex/index.ts";
import type { UsedWords } from "./lex/used-words.ts";
import { FileNames } from "./names.ts";
import type { WordNumbers } from "./word-numbers.ts";

/** Larger sources are data, or made by tools. */
export const maxSourceBytes = 4 * 1024 * 1024;
const headBytes = 8_000;
const maxMeanLine = 400;
const minifiedFromBytes = 20_000;

/** What is remembered of a content: what the lexer found in it, or why it was not read. */
export interface Content {
  readonly symbols?: Symbols;
  readonly skipped?: SkipReason;
}

/** A file that was read. */
export interface Digest {
  readonly key: string;
  readonly stamp: FileStamp;
  readonly content: Content;
  readonly names: FileNames;
}

/** Reads and lexes a file, unless its content is known already. */
export function digestFile(
  reader: TreeReader,
  path: string,
  { numbers, algorithm, isKnown }: DigestOptions,
): Digest | { readonly refused: SkipReason } | { readonly key: string; readonly stamp: FileStamp } {
  const file = reader.read(path, maxSourceBytes);
  if ("refused" in file) return file;
  const { bytes, stamp } = file;
  const key = contentKey(blobName(bytes, algorithm), path);
  if (isKnown(key)) return { key, stamp };
  const digest = (content: Content, found = FileNames.none) => ({
    key,
    stamp,
    content,
    names: found,
  });
  if (bytes.subarray(0, headBytes).includes(0)) return digest({ skipped: "binary" });
  if (isMinified(bytes, path)) return digest({ skipped: "minified" });
  const text = textOf(bytes);
  const language = languageOf(path, text.slice(0, headBytes));
  if (language === undefined) return digest({});
  const { references, ...symbols } = lexFile(language, text, path);
  return digest({ symbols }, namesOf(symbols, references, numbers));
}

export interface DigestOptions {
  readonly numbers: WordNumbers;
  /** The one that git names objects with in this repository. */
  readonly algorithm: "sha1" | "sha256";
  readonly isKnown: (key: string) => boolean;
}

/** The same text is read in another way where it has another ending. */
export function contentKey(blob: string, path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return `${blob}:${name.slice(name.lastIndexOf(".") + 1).toLowerCase()}`;
}

/** The name that git has for a content, so that what git knows unread need not be read. */
function blobName(bytes: Buffer, algorithm: "sha1" | "sha256"): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Whether a tool wrote a source for machines to read. */
export function isMinified(bytes: Buffer, path: string): boolean {
  if (/\.min\.[mc]?js$/.test(path)) return true;
  if (bytes.length < minifiedFromBytes) return false;
  let lines = 1;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  return bytes.length / lines > maxMeanLine;
}

function namesOf({ definitions }: Symbols, references: UsedWords, numbers: WordNumbers): FileNames {
  const [exported, members, own] = [new Set<number>(), new Set<number>(), new Set<number>()];
  for (const definition of definitions) {
    const outer = definition.container === undefined ? exported : members;
    (definition.exported ? outer : own).add(numbers.names.add(definition.name));
  }
  const defined = { exported: [...exported], members: [...members], own: [...own] };
  return FileNames.pack(numbers.entriesOf(references), defined);
}
