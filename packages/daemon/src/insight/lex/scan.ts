import { scriptBlocks } from "./component.ts";
import { isComponent, mayHaveMarkup } from "./languages.ts";
import { type Reader, readers } from "./readers.ts";
import { Scanner } from "./scanner.ts";
import { Tokens } from "./tokens.ts";
import type { Language } from "./types.ts";

/** Their memory is used for one file after the other: nothing here waits in between. */
const tokens = new Tokens();

/** Reads a text into tokens and comments, which are good until the next one is read. */
export function scan(
  language: Language,
  text: string,
  path: string,
): { scanner: Scanner; reader: Reader } {
  const reader = readers[language];
  const table = reader.table(mayHaveMarkup(language, path));
  table.names.trim();
  tokens.clear();
  const scanner = new Scanner(isComponent(path) ? scriptBlocks(text) : text, table, tokens);
  scanner.run();
  return { scanner, reader };
}
