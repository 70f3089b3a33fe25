/** What a word of a shell becomes; null where only the shell that runs it can know. */
export type Word = string | null;

/** A part of a word, such as a quotation. */
export interface Piece {
  readonly value: Word;
  /** As it is written, without continuations of lines. */
  readonly raw: string;
  /** What is special in it to the expansion of names; a letter stands for what is quoted. */
  readonly pattern: string;
  readonly isSingle: boolean;
  /** The variables that must hold numbers for it to be one; undefined where it need not be one. */
  readonly numbers: readonly string[] | undefined;
}

export interface ShellWord {
  readonly value: Word;
  readonly raw: string;
  /** Whether it becomes exactly one word. */
  readonly isSingle: boolean;
  readonly numbers: readonly string[] | undefined;
  /** The variable that it sets, where the shell reads it as that. */
  readonly assigned?: string;
}

/** A word of which nothing is known, not even that it is one. */
export const anything: ShellWord = { value: null, raw: "", isSingle: false, numbers: undefined };

const sequence = /^\{\d+\.\.\d+\}$/;

export function joined(pieces: readonly Piece[]): ShellWord {
  const pattern = pieces.map((piece) => piece.pattern).join("");
  const isExpanded = expands(pattern);
  const isKnown = !isExpanded && pieces.every(({ value }) => value !== null);
  return {
    value: isKnown ? pieces.map(({ value }) => value).join("") : null,
    raw: pieces.map(({ raw }) => raw).join(""),
    isSingle: !isExpanded && pieces.every(({ isSingle }) => isSingle),
    numbers: isExpanded ? (sequence.test(pattern) ? [] : undefined) : numbersOf(pieces),
  };
}

/** Whether names of files, or several words, may come of it. */
function expands(pattern: string): boolean {
  const within = (open: string, close: string) =>
    pattern.slice(pattern.indexOf(open), pattern.lastIndexOf(close) + 1);
  if (/[*?]/.test(pattern)) return true;
  if (pattern.includes("[") && within("[", "]") !== "") return true;
  return pattern.includes("{") && /,|\.\./.test(within("{", "}"));
}

export function numbersOf(
  pieces: readonly Pick<Piece, "numbers">[],
): readonly string[] | undefined {
  const names: string[] = [];
  for (const { numbers } of pieces) {
    if (numbers === undefined) return undefined;
    names.push(...numbers);
  }
  return names;
}

export function literal(value: string, raw: string, isQuoted: boolean): Piece {
  const numbers = /^[-+\d]*$/.test(value) ? [] : undefined;
  return { value, raw, pattern: isQuoted ? "q" : value, isSingle: true, numbers };
}

export function unknownPiece(
  raw: string,
  isSingle: boolean,
  numbers?: readonly string[] | undefined,
): Piece {
  return { value: null, raw, pattern: "q", isSingle, numbers };
}
