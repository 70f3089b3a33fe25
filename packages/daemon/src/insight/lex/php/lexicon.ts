import { punctuation, slashComment } from "../actions.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { STRING } from "../tokens.ts";

const keywords =
  "abstract and array as break callable case catch class clone const continue declare default do echo " +
  "else elseif empty enddeclare endfor endforeach endif endswitch endwhile extends final finally fn " +
  "for foreach function global goto if implements include include_once instanceof insteadof interface " +
  "isset list match namespace new or print private protected public readonly require require_once " +
  "return static switch throw trait try unset use var while xor yield";

export const names = new Names(keywords.split(" "), ["enum", "__DIR__", "$this"]);

export const php: Lexicon = lexicon(
  names,
  {
    '"': (scanner) => scanner.longString('"', scanner.at + 1, true),
    "'": (scanner) => scanner.longString("'", scanner.at + 1, true),
    "`": (scanner) => scanner.longString("`", scanner.at + 1, true),
    "/": slashComment,
    "#": hash,
    "<": less,
    "?": question,
  },
  { letters: "$", start },
);

/** A page's text goes on up to the first tag. */
function start(text: string): number {
  const tag = text.indexOf("<?");
  return tag < 0 ? text.length : tag;
}

/** A comment, unless it is an attribute's `#[`. */
function hash(scanner: Scanner): void {
  if (scanner.peek(1) === 91) {
    scanner.at++;
  } else scanner.lineComment();
}

/** `<<<NAME` begins a text that goes on to the line that begins with the name. */
function less(scanner: Scanner): void {
  const { text, at } = scanner;
  if (text.startsWith("<?", at)) {
    scanner.at += text.startsWith("<?php", at) ? 5 : 2;
    return;
  }
  const [opening, , name] = /^<<<[ \t]*(["']?)(\w+)\1\r?\n/.exec(text.slice(at, at + 200)) ?? [];
  if (opening === undefined || name === undefined) {
    punctuation(scanner);
    return;
  }
  const close = new RegExp(`^[ \\t]*${name}\\b`, "gm");
  close.lastIndex = at + opening.length;
  const end = close.exec(text);
  scanner.addLong(STRING, end === null ? scanner.end : end.index + end[0].length);
}

/** `?>` ends the code up to the next `<?`. */
function question(scanner: Scanner): void {
  if (scanner.peek(1) !== 62) {
    punctuation(scanner);
    return;
  }
  scanner.add(59, scanner.at, scanner.at + 2);
  const next = scanner.text.indexOf("<?", scanner.at);
  scanner.passLines(next < 0 ? scanner.end : next);
}
