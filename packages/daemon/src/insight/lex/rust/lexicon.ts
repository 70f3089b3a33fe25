import { punctuation, slashNested } from "../actions.ts";
import { Names } from "../names.ts";
import { LETTER, type Lexicon, lexicon, type Scanner } from "../scanner.ts";

const keywords =
  "as async await break const continue crate dyn else enum extern false fn for if impl in let loop " +
  "match mod move mut pub ref return self Self static struct super trait true type unsafe use where " +
  "while";
const others = "union macro_rules default main cfg_if r b br c cr";

export const names = new Names(keywords.split(" "), others.split(" "));

const prefixes = new Set(["r", "b", "br", "c", "cr"].map((word) => names.of(word)));

export const rust: Lexicon = lexicon(
  names,
  { '"': multilineString, "'": characterOrLifetime, "/": slashNested },
  { afterWord: prefixed },
);

function multilineString(scanner: Scanner): void {
  scanner.longString('"', scanner.at + 1, true);
}

/** `'a'` is a character, `'a` a lifetime, of which nothing is needed. */
function characterOrLifetime(scanner: Scanner): void {
  const next = scanner.peek(1);
  const isWide = next >= 0xd800 && next <= 0xdbff;
  if (next === 92 || scanner.peek(2) === 39 || (isWide && scanner.peek(3) === 39)) {
    scanner.lineString(39);
    return;
  }
  const { actions } = scanner.lexicon;
  if (next < 128 && actions[next] !== LETTER) {
    punctuation(scanner);
    return;
  }
  scanner.at++;
  scanner.word();
  scanner.dropLast();
}

/** A string or character with a prefix: `r#"…"#`, `b'x'`; and the raw name `r#type`. */
function prefixed(scanner: Scanner, name: number): void {
  const code = scanner.peek(0);
  if ((code !== 34 && code !== 35 && code !== 39) || !prefixes.has(name)) return;
  const isRaw = names.text(name).endsWith("r");
  if (code !== 35) {
    scanner.dropLast();
    if (code === 39) scanner.lineString(39);
    else scanner.longString('"', scanner.at + 1, !isRaw);
    return;
  }
  let hashes = 0;
  while (scanner.peek(hashes) === 35) hashes++;
  if (!isRaw || scanner.peek(hashes) !== 34) {
    rawName(scanner, hashes);
    return;
  }
  scanner.dropLast();
  scanner.longString(`"${"#".repeat(hashes)}`, scanner.at + hashes + 1, false);
}

function rawName(scanner: Scanner, hashes: number): void {
  const next = scanner.peek(hashes);
  if (hashes !== 1 || next < 0 || (next < 128 && scanner.lexicon.actions[next] !== LETTER)) return;
  scanner.dropLast();
  scanner.at++;
}
