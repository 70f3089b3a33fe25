import { visibleWidth } from "@earendil-works/pi-tui";

/** Rows that fit the terminal, and where the cursor stands in them. */
export interface Frame {
  readonly lines: readonly string[];
  readonly cursor: Position;
}

export interface Position {
  readonly row: number;
  readonly column: number;
}

interface Output {
  write(text: string): unknown;
  readonly columns: number;
}

const erase = "\x1b[J";
/** Shown by terminals that know of it without the state in between. */
const atOnce = (text: string) => `\x1b[?2026h${text}\x1b[?2026l`;
const none: Frame = { lines: [], cursor: { row: 0, column: 0 } };

/**
 * Rows at the bottom of a terminal that are drawn again in place, below text that is appended once
 * and then is the terminal's. What changes goes out in one write, and only what differs.
 */
export class LiveRegion {
  readonly #out: Output;
  readonly #cursorSinks: boolean;
  #drawn: Frame = none;
  #columns: number;

  constructor(out: Output, { cursorSinks = false }: { readonly cursorSinks?: boolean } = {}) {
    this.#out = out;
    this.#cursorSinks = cursorSinks;
    this.#columns = out.columns;
  }

  /** Appends whole lines, and draws the rows below them. */
  update(appended: string, frame: Frame): void {
    const { columns } = this.#out;
    const fits = columns === this.#columns;
    const text = appended === "" && fits ? this.#changed(frame) : this.#redrawn(appended, frame);
    this.#drawn = frame;
    this.#columns = columns;
    if (text !== "") this.#out.write(text.includes(erase) ? atOnce(text) : text);
  }

  /** What takes the rows away; the terminal goes on where they began. */
  erased(): string {
    const text = this.#drawn.lines.length === 0 ? "" : `${this.#toTop()}${erase}`;
    this.#drawn = none;
    return text;
  }

  #redrawn(appended: string, { lines, cursor }: Frame): string {
    const from = { row: Math.max(0, lines.length - 1), column: 0 };
    return `${this.#toTop()}${erase}${appended}${lines.join("\n")}${moved(from, cursor)}`;
  }

  #toTop(): string {
    return moved(onNarrower(this.#drawn, this.#out.columns, this.#cursorSinks), {
      row: 0,
      column: 0,
    });
  }

  #changed({ lines, cursor }: Frame): string {
    const before = this.#drawn.lines;
    const first = lines.findIndex((line, row) => line !== before[row]);
    if (lines.length !== before.length) {
      const from = first < 0 ? lines.length : first;
      return this.#rewritten({ lines, cursor }, Math.min(from, before.length - 1));
    }
    let at = this.#drawn.cursor;
    let text = "";
    for (const [row, line] of lines.entries()) {
      if (line === before[row]) continue;
      text += moved(at, { row, column: 0 }) + replaced(before[row] ?? "", line);
      at = { row, column: -1 };
    }
    if (text === "" && at.row === cursor.row && at.column === cursor.column) return "";
    return text + moved(at, cursor);
  }

  /** Draws the rows from one that was there before to the last again. */
  #rewritten({ lines, cursor }: Frame, from: number): string {
    const start = Math.max(0, from);
    const rest = lines.slice(start);
    const head = `${moved(this.#drawn.cursor, { row: start, column: 0 })}${erase}${rest.join("\n")}`;
    return head + moved({ row: start + Math.max(0, rest.length - 1), column: -1 }, cursor);
  }
}

/** A row that only grew is written from where it differs. */
function replaced(before: string, line: string): string {
  if (before !== "" && line.startsWith(before)) {
    return `${toColumn(visibleWidth(before))}${line.slice(before.length)}`;
  }
  return `${line}\x1b[K`;
}

/** From where the cursor is to where it shall be; rows of a region are all on the terminal. */
function moved(from: Position, to: Position): string {
  const rows = to.row - from.row;
  const vertical = rows === 0 ? "" : rows < 0 ? `\x1b[${-rows}A` : `\x1b[${rows}B`;
  return `${vertical}\r${toColumn(to.column)}`;
}

function toColumn(column: number): string {
  return column > 0 ? `\x1b[${column}C` : "";
}

/** Where the cursor is once a terminal that became narrower has broken the rows anew. */
function onNarrower({ lines, cursor }: Frame, columns: number, cursorSinks: boolean): Position {
  const rowsOf = (line: string) => Math.max(1, Math.ceil(visibleWidth(line) / columns));
  const above = lines.slice(0, cursor.row).reduce((rows, line) => rows + rowsOf(line), 0);
  const below = lines.slice(cursor.row + 1).reduce((rows, line) => rows + rowsOf(line) - 1, 0);
  return {
    row: above + Math.floor(cursor.column / columns) + (cursorSinks ? below : 0),
    column: 0,
  };
}

/** Terminals on xterm.js, whose cursor sinks by the rows that are broken below it, too. */
export function hasSinkingCursor({ TERM_PROGRAM = "" }: NodeJS.ProcessEnv): boolean {
  return ["vscode", "Hyper", "Tabby"].includes(TERM_PROGRAM);
}
