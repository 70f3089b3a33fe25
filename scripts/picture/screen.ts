/** How a character is shown: the parts of SGR that our command line uses. */
export interface Style {
  readonly bold: boolean;
  readonly dim: boolean;
  /** 0 to 15, or undefined for the terminal's own. */
  readonly colour: number | undefined;
}

/** Characters of one style in a row. */
export interface Run {
  readonly column: number;
  readonly text: string;
  readonly style: Style;
}

type Cell = { readonly char: string; readonly style: Style };

const plain: Style = { bold: false, dim: false, colour: undefined };
const introducer = "\x1b";
const token = new RegExp(
  String.raw`${introducer}\[([\d;?]*)([A-Za-z])|${introducer}[^[]|[\s\S]`,
  "gu",
);

/** A terminal of which nothing scrolls away: it keeps every line, as it was left. */
export class Screen {
  readonly #columns: number;
  readonly #lines: Cell[][] = [[]];
  #row = 0;
  #column = 0;
  #style = plain;

  constructor(columns: number) {
    this.#columns = columns;
  }

  write(output: string): void {
    for (const [whole, params = "", final] of output.matchAll(token)) {
      if (final) this.#control(params, final);
      else if (!whole.startsWith(introducer)) this.#character(whole);
    }
  }

  /** The last `count` lines, as runs of one style; empty lines at the end are left out. */
  lines(count: number): Run[][] {
    const last = this.#lines.findLastIndex((line) => runsOf(line).length > 0);
    return this.#lines
      .slice(0, last + 1)
      .slice(-count)
      .map(runsOf);
  }

  #character(char: string): void {
    if (char === "\r") this.#column = 0;
    if (char === "\n") this.#newLine();
    if (char < " ") return;
    if (this.#column >= this.#columns) this.#newLine();
    this.#line()[this.#column] = { char, style: this.#style };
    this.#column += 1;
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    this.#line();
  }

  #line(): Cell[] {
    while (this.#lines.length <= this.#row) this.#lines.push([]);
    const line = this.#lines[this.#row] ?? [];
    while (line.length < this.#column) line.push({ char: " ", style: plain });
    return line;
  }

  #control(params: string, final: string): void {
    const number = Number(params || 1);
    if (final === "A") this.#row = Math.max(0, this.#row - number);
    else if (final === "J") this.#eraseBelow();
    else if (final === "K") this.#line().length = this.#column;
    else if (final === "m") this.#style = params.split(";").map(Number).reduce(styled, this.#style);
  }

  #eraseBelow(): void {
    this.#lines.length = this.#row + 1;
    this.#line().length = this.#column;
  }
}

function styled(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: undefined };
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code >= 90 && code <= 97) return { ...style, colour: code - 90 + 8 };
  return style;
}

function runsOf(line: readonly Cell[]): Run[] {
  const runs: Run[] = [];
  for (const [column, { char, style }] of line.entries()) {
    const last = runs.at(-1);
    if (last && sameStyle(last.style, style)) {
      runs[runs.length - 1] = { ...last, text: last.text + char };
    } else {
      runs.push({ column, text: char, style });
    }
  }
  return runs.filter(({ text }) => text.trim() !== "");
}

function sameStyle(a: Style, b: Style): boolean {
  return a.bold === b.bold && a.dim === b.dim && a.colour === b.colour;
}
