import { punctuation } from "../actions.ts";
import { Names } from "../names.ts";
import { LETTER, type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { REGEX, STRING, TEMPLATE_CLOSE, TEMPLATE_MIDDLE, TEMPLATE_OPEN, WORD } from "../tokens.ts";

const operators =
  "and begin case do else elsif ensure if in not or rescue return then unless until when while yield";
const others =
  "alias break class def end false for module next nil redo retry self super true undef";
const methods =
  "require require_relative load autoload private protected public attr_reader attr_writer " +
  "attr_accessor module_function puts __FILE__ raise";

export const names = new Names(`${operators} ${others}`.split(" "), methods.split(" "));

const operatorWords = operators.split(" ").length;

export const ruby: Lexicon = lexicon(
  names,
  {
    "'": (scanner) => scanner.longString("'", scanner.at + 1, true),
    '"`': (scanner) => open(scanner, String.fromCharCode(scanner.peek(0)), 1),
    "#": (scanner) => scanner.lineComment(),
    "}": closingBrace,
    "/": slash,
    "%": percent,
    "<": heredoc,
    "=": blockComment,
    "?": character,
    "\n": lineEnd,
  },
  { letters: "@$", afterWord: suffixed },
);

/** A method's name may end in a mark: `empty?`, `save!`. */
function suffixed(scanner: Scanner, name: number): void {
  const code = scanner.peek(0);
  if ((code !== 63 && code !== 33) || (scanner.peek(1) === 61 && scanner.peek(2) !== 61)) return;
  const start = scanner.tokens.start(scanner.tokens.count - 1);
  const word = names.text(name) + String.fromCharCode(code);
  scanner.dropLast();
  scanner.at++;
  scanner.add(WORD, start, scanner.at, names.of(word));
}

/** Whether a slash, `%` or `<<` can be no operator here. */
function expectsOperand(scanner: Scanner): boolean {
  const { tokens, at } = scanner;
  const last = tokens.count - 1;
  const type = tokens.type(last);
  if (last < 0) return true;
  if (type === WORD) {
    if (tokens.link(last) < operatorWords && tokens.type(last - 1) !== 46) return true;
    // A space before and none after is an argument's: `puts /x/`, `puts %w(a b)`.
    const next = scanner.peek(1);
    return tokens.end(last) < at && next !== 32 && next !== 61 && next !== 10;
  }
  return type > 32 && type !== 41 && type !== 93 && type !== 125;
}

const closings: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}", "<": ">" };

/** Begins a string with expressions in it, after an opening of some characters. */
function open(scanner: Scanner, close: string, length: number): void {
  scanner.quotes.push(close);
  readText(scanner, scanner.at + length, STRING, TEMPLATE_OPEN);
}

function readText(scanner: Scanner, from: number, whole: number, part: number): void {
  const { text, end } = scanner;
  const close = (scanner.quotes.at(-1) ?? '"').charCodeAt(0);
  const opening =
    close === 41 ? 40 : close === 93 ? 91 : close === 125 ? 123 : close === 62 ? 60 : -1;
  let depth = 0;
  let at = from;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === 92) at++;
    else if (code === 35 && text.charCodeAt(at + 1) === 123) {
      scanner.templatePart(part, at + 2);
      return;
    } else if (code === opening) depth++;
    else if (code === close && depth-- === 0) {
      at++;
      break;
    }
  }
  scanner.quotes.pop();
  scanner.endTemplate(whole, Math.min(at, end));
}

function closingBrace(scanner: Scanner): void {
  const inner = scanner.innermost();
  if (inner === TEMPLATE_OPEN || inner === TEMPLATE_MIDDLE) {
    readText(scanner, scanner.at + 1, TEMPLATE_CLOSE, TEMPLATE_MIDDLE);
  } else scanner.closing(125);
}

function slash(scanner: Scanner): void {
  const { text, at } = scanner;
  const end = expectsOperand(scanner)
    ? /^\/(?:[^\\\n/[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*\/[a-z]*/.exec(text.slice(at, at + 2000))
    : null;
  if (end === null) {
    punctuation(scanner);
    return;
  }
  scanner.add(REGEX, at, at + end[0].length);
  scanner.at = at + end[0].length;
}

/** `%w[a b]`, `%q(…)`, `%(…)` and their like. */
function percent(scanner: Scanner): void {
  const { text, at } = scanner;
  const [opening, , bracket] = /^%([qQwWiIrsx]?)([[({<|!/])/.exec(text.slice(at, at + 3)) ?? [];
  if (opening === undefined || bracket === undefined || !expectsOperand(scanner))
    punctuation(scanner);
  else open(scanner, closings[bracket] ?? bracket, opening.length);
}

/** The marks of the heredocs whose texts begin on the next line. */
const pending = new WeakMap<Scanner, string[]>();

function heredoc(scanner: Scanner): void {
  const { text, at } = scanner;
  const [opening, , , mark] = /^<<([~-]?)(["'`]?)([A-Z_]\w*)\2/.exec(text.slice(at, at + 80)) ?? [];
  const last = scanner.tokens.count - 1;
  const isAppended = scanner.tokens.type(last) === WORD && scanner.tokens.end(last) === at;
  if (opening === undefined || mark === undefined || isAppended) {
    punctuation(scanner);
    return;
  }
  const marks = pending.get(scanner) ?? [];
  pending.set(scanner, marks);
  marks.push(mark);
  scanner.add(STRING, at, at + opening.length);
  scanner.at += opening.length;
}

function lineEnd(scanner: Scanner): void {
  scanner.lineEnd();
  for (const mark of pending.get(scanner)?.splice(0) ?? []) {
    const close = new RegExp(`^[ \\t]*${mark}[ \\t\\r]*$`, "gm");
    close.lastIndex = scanner.text.lastIndexOf("\n", scanner.at - 1) + 1;
    const end = close.exec(scanner.text);
    scanner.passLines(end === null ? scanner.end : end.index + end[0].length);
  }
}

/** `=begin` at the start of a line opens a comment that `=end` closes. */
function blockComment(scanner: Scanner): void {
  const { text, at } = scanner;
  const isFirst = at === 0 || text.charCodeAt(at - 1) === 10;
  if (!isFirst || !text.startsWith("=begin", at)) {
    punctuation(scanner);
    return;
  }
  const close = text.indexOf("\n=end", at);
  const lineEndAt = close < 0 ? -1 : text.indexOf("\n", close + 1);
  scanner.comment(lineEndAt < 0 ? scanner.end : lineEndAt);
}

/** `?a` is a string of one character where an operand is expected. */
function character(scanner: Scanner): void {
  const code = scanner.peek(1);
  const after = scanner.peek(2);
  const isLetter = code >= 33 && code < 128;
  const ends = after < 0 || (after < 128 && scanner.lexicon.actions[after] !== LETTER);
  if (!isLetter || !ends || !expectsOperand(scanner)) punctuation(scanner);
  else {
    scanner.add(STRING, scanner.at, scanner.at + 2);
    scanner.at += 2;
  }
}
