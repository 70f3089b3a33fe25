import { mix, type Names } from "./names.ts";
import {
  FIRST,
  NEWLINE,
  NUMBER,
  STRING,
  TEMPLATE_CLOSE,
  TEMPLATE_MIDDLE,
  type Tokens,
  WORD,
} from "./tokens.ts";

/** What to do at a character: one of these, or from `special` on an action of the language. */
export const SPACE = 0;
export const LINE_END = 1;
export const LETTER = 2;
export const DIGIT = 3;
export const PUNCTUATION = 4;
export const OPENING = 5;
export const CLOSING = 6;
export const special = 7;

export type Action = (scanner: Scanner) => void;

/** The table of a language: how its text falls into tokens. */
export interface Lexicon {
  readonly names: Names;
  /** The action at each of the first 128 characters; all others are letters or spaces. */
  readonly actions: Uint8Array;
  /** The language's own actions, by their number less `special`. */
  readonly own: readonly Action[];
  /** Whether the ends of lines outside of brackets are tokens. */
  readonly newlines: boolean;
  /** Where the code begins, in languages where it follows something else. */
  readonly start?: (text: string) => number;
  /** Looks at a word that was just read, as it may be the prefix of a string. */
  readonly afterWord?: (scanner: Scanner, name: number) => void;
}

/** Makes a table out of what is special about the language; the rest is as in most languages. */
export function lexicon(
  names: Names,
  own: Readonly<Record<string, Action>>,
  options: { letters?: string; newlines?: boolean } & Pick<Lexicon, "afterWord" | "start"> = {},
): Lexicon {
  const actions = new Uint8Array(128).fill(PUNCTUATION);
  actions.fill(SPACE, 0, 33);
  actions[127] = SPACE;
  actions[10] = LINE_END;
  const { letters = "", newlines = false, ...hooks } = options;
  const set = (characters: string, action: number): void => {
    for (const character of characters) actions[character.charCodeAt(0)] = action;
  };
  set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", LETTER);
  set(letters, LETTER);
  set("0123456789", DIGIT);
  set("([{", OPENING);
  set(")]}", CLOSING);
  const distinct = [...new Set(Object.values(own))];
  for (const [characters, action] of Object.entries(own)) {
    set(characters, special + distinct.indexOf(action));
  }
  return { names, actions, own: distinct, newlines, ...hooks };
}

/** Reads one text into tokens. Never throws, and each action moves on by a character at least. */
export class Scanner {
  readonly text: string;
  readonly end: number;
  readonly tokens: Tokens;
  readonly lexicon: Lexicon;
  /** Where it is, and the line of that, counted from 1. */
  at = 0;
  line = 1;
  codeLines = 0;
  commentLines = 0;
  /** Starts and ends of the comments, by turns. */
  readonly comments: number[] = [];
  /** The tokens that open brackets which are not closed yet. */
  readonly open: number[] = [];
  /** Tokens that the language's table notes for its reader. */
  readonly noted: number[] = [];
  /** The quotes of the strings around the current expression, for languages with several. */
  readonly quotes: string[] = [];
  /** Up to here a slash is known to begin no regular expression. */
  noRegexBefore = 0;
  tabLines = 0;
  readonly spaceSteps = { 2: 0, 4: 0, 8: 0 };
  #lastCodeLine = 0;
  #lastCommentLine = 0;
  #first = true;
  #indent = 0;

  constructor(text: string, table: Lexicon, tokens: Tokens) {
    this.text = text;
    this.end = text.length;
    this.lexicon = table;
    this.tokens = tokens;
  }

  run(): void {
    const { text, end } = this;
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
    if (this.lexicon.start !== undefined) this.passLines(this.lexicon.start(text));
    this.indentation();
    while (this.at < end) this.#restOfLine();
    if (this.lexicon.newlines) this.#endLogicalLine();
  }

  /** A line at a time: a loop over all of a file is compiled while it runs, and again and again. */
  #restOfLine(): void {
    const { text, end } = this;
    const { actions, own } = this.lexicon;
    while (this.at < end) {
      const code = text.charCodeAt(this.at);
      const action = code < 128 ? (actions[code] ?? SPACE) : isWideSpace(code) ? SPACE : LETTER;
      switch (action) {
        case SPACE:
          this.at++;
          break;
        case LETTER:
          this.word();
          break;
        case PUNCTUATION:
          this.add(code, this.at, this.at + 1);
          this.at++;
          break;
        case LINE_END:
          this.lineEnd();
          return;
        case OPENING:
          this.opening(code);
          break;
        case CLOSING:
          this.closing(code);
          break;
        case DIGIT:
          this.number();
          break;
        default:
          own[action - special]?.(this);
      }
    }
  }

  /** The char code some places further, or -1 beyond the end. */
  peek(places: number): number {
    const at = this.at + places;
    return at < this.end && at >= 0 ? this.text.charCodeAt(at) : -1;
  }

  /** Adds a token that starts on the current line. */
  add(type: number, start: number, end: number, link = -1): number {
    const { line } = this;
    if (line !== this.#lastCodeLine) {
      this.codeLines++;
      this.#lastCodeLine = line;
    }
    const flags = this.#first ? FIRST : 0;
    this.#first = false;
    return this.tokens.add(type, start, end, line, link, flags);
  }

  /** Adds a token from the current place to `end` that may hold line ends, and goes there. */
  addLong(type: number, end: number): number {
    const index = this.add(type, this.at, end);
    this.passLines(end);
    this.codeLines += this.line - this.#lastCodeLine;
    this.#lastCodeLine = this.line;
    return index;
  }

  /** Goes to `end` and counts the lines on the way. */
  passLines(end: number): void {
    const { text } = this;
    let lineEnd = text.indexOf("\n", this.at);
    while (lineEnd >= 0 && lineEnd < end) {
      this.line++;
      lineEnd = text.indexOf("\n", lineEnd + 1);
    }
    this.at = end;
  }

  /** Takes back the last token, which was the prefix of a string. */
  dropLast(): void {
    const last = this.tokens.count - 1;
    this.#first = this.tokens.has(last, FIRST);
    this.tokens.count = last;
  }

  word(): void {
    const { text, end } = this;
    const { actions } = this.lexicon;
    const start = this.at;
    let at = start;
    let hash = 0;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (code < 128) {
        const action = actions[code];
        if (action !== LETTER && action !== DIGIT) break;
      } else if (isWideSpace(code)) break;
      hash = mix(hash, code);
      at++;
    }
    const name = this.lexicon.names.intern(text, start, at, hash);
    this.add(WORD, start, at, name);
    this.at = at;
    this.lexicon.afterWord?.(this, name);
  }

  number(): void {
    const { text, end } = this;
    const { actions } = this.lexicon;
    let at = this.at + 1;
    while (at < end) {
      const code = text.charCodeAt(at);
      const action = code < 128 ? actions[code] : SPACE;
      if (action !== LETTER && action !== DIGIT && !(code === 46 && this.#isFraction(at))) break;
      at++;
    }
    this.add(NUMBER, this.at, at);
    this.at = at;
  }

  /** Whether a point after a digit belongs to the number, which it does not in `1..2` and `1.max`. */
  #isFraction(at: number): boolean {
    const next = at + 1 < this.end ? this.text.charCodeAt(at + 1) : 32;
    const action = next < 128 ? this.lexicon.actions[next] : LETTER;
    return next !== 46 && action !== LETTER;
  }

  lineEnd(): void {
    this.at++;
    this.line++;
    this.#first = true;
    if (this.lexicon.newlines && this.open.length === 0) this.#endLogicalLine();
    this.indentation();
  }

  #endLogicalLine(): void {
    const { tokens, at } = this;
    if (tokens.count === 0 || tokens.type(tokens.count - 1) === NEWLINE) return;
    tokens.add(NEWLINE, at, at, this.line, -1, 0);
  }

  /** Reads the white space that begins a line, for the votes. */
  indentation(): void {
    const { text, end } = this;
    let at = this.at;
    if (at < end && text.charCodeAt(at) === 9) this.tabLines++;
    while (at < end && text.charCodeAt(at) === 32) at++;
    const indent = at - this.at;
    if (at < end && text.charCodeAt(at) > 32) {
      const step = indent - this.#indent;
      if (step === 2 || step === 4 || step === 8) this.spaceSteps[step]++;
      this.#indent = indent;
    }
    this.at = at;
  }

  opening(code: number): number {
    const index = this.add(code, this.at, this.at + 1);
    this.open.push(index);
    this.at++;
    return index;
  }

  /** The type of the innermost token that is open, or 0. */
  innermost(): number {
    const index = this.open[this.open.length - 1];
    return index === undefined ? 0 : this.tokens.type(index);
  }

  closing(code: number): void {
    const index = this.add(code, this.at, this.at + 1);
    this.close(code === 41 ? 40 : code - 2, index);
    this.at++;
  }

  /** Pairs a token with the innermost one of that type; what was left open within is given up. */
  close(type: number, index: number): void {
    const { open, tokens } = this;
    const lowest = Math.max(0, open.length - 100);
    for (let depth = open.length - 1; depth >= lowest; depth--) {
      const candidate = open[depth] ?? 0;
      if (tokens.type(candidate) !== type) continue;
      tokens.pair(candidate, index);
      open.length = depth;
      return;
    }
  }

  /** Notes a comment from the current place to `end`, and goes there. */
  comment(end: number): void {
    const from = Math.max(this.line, this.#lastCommentLine + 1, this.#lastCodeLine + 1);
    this.comments.push(this.at, end);
    const before = this.line;
    this.passLines(end);
    if (this.line > before) this.#first = true;
    this.commentLines += Math.max(0, this.line - from + 1);
    this.#lastCommentLine = this.line;
  }

  lineComment(): void {
    const lineEnd = this.text.indexOf("\n", this.at);
    this.comment(lineEnd < 0 ? this.end : lineEnd);
  }

  blockComment(close: string, nests = ""): void {
    let depth = 1;
    let at = this.at + 2;
    while (depth > 0) {
      const end = this.text.indexOf(close, at);
      if (end < 0) {
        at = this.end;
        break;
      }
      const inner = nests === "" ? -1 : this.text.indexOf(nests, at);
      const isNested = inner >= 0 && inner < end;
      depth += isNested ? 1 : -1;
      at = isNested ? inner + nests.length : end + close.length;
    }
    this.comment(at);
  }

  /** Adds a string that ends with its quote or, left open, with its line. */
  lineString(quote: number, contentFrom = this.at + 1): number {
    const { text, end } = this;
    let at = contentFrom;
    while (at < end) {
      const code = text.charCodeAt(at);
      if (code === 92) at += text.charCodeAt(at + 1) === 13 ? 2 : 1;
      else if (code === quote) return this.addLong(STRING, at + 1);
      else if (code === 10) break;
      at++;
    }
    return this.addLong(STRING, Math.min(at, end));
  }

  /** Adds a string that goes to `close`, over as many lines as it takes. */
  longString(close: string, contentFrom: number, escapes: boolean): number {
    const { text } = this;
    let end = text.indexOf(close, contentFrom);
    while (escapes && end >= 0 && isEscaped(text, end, contentFrom)) {
      end = text.indexOf(close, end + 1);
    }
    return this.addLong(STRING, end < 0 ? this.end : end + close.length);
  }

  /** Adds a template's rest, or all of one that has no expressions. */
  endTemplate(type: number, end: number): void {
    const index = this.addLong(type, end);
    if (type === TEMPLATE_CLOSE) this.tokens.pair(this.open.pop() ?? index, index);
  }

  /** Adds a part of a template that ends where an expression begins. */
  templatePart(type: number, end: number): number {
    const index = this.addLong(type, end);
    if (type === TEMPLATE_MIDDLE) this.tokens.pair(this.open.pop() ?? index, index);
    this.open.push(index);
    return index;
  }
}

/** Whether an odd number of backslashes stands before a place. */
export function isEscaped(text: string, at: number, from: number): boolean {
  let start = at;
  while (start > from && text.charCodeAt(start - 1) === 92) start--;
  return (at - start) % 2 === 1;
}

/** Spaces beyond ASCII, and what a decoder puts for bytes that are no text. */
function isWideSpace(code: number): boolean {
  return (
    code === 0xa0 ||
    code === 0xfeff ||
    code === 0xfffd ||
    (code >= 0x2000 && code <= 0x200b) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x3000 ||
    code === 0x1680
  );
}
