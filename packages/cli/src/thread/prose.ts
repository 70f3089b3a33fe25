/** How the text of one item that streams becomes text that is only ever appended. */
export interface Prose {
  /** What a piece of printable text adds to what is finished. */
  add(text: string): string;
  /** What is left at the item's end; what was appended then ends with a new line. */
  end(): string;
  /** The text that is not finished, for those who show it apart. */
  readonly running: string;
}

/** Shows all text as it comes. */
export class PlainProse implements Prose {
  readonly running = "";
  readonly #shown: (text: string) => string;
  #last = "";

  constructor(shown: (text: string) => string) {
    this.#shown = shown;
  }

  add(text: string): string {
    if (text === "") return "";
    this.#last = text;
    return this.#shown(text);
  }

  end(): string {
    return this.#last.endsWith("\n") ? "" : "\n";
  }
}

/** Shows whole lines. */
export class LineProse implements Prose {
  readonly #shown: (text: string) => string;
  #line = "";

  constructor(shown: (text: string) => string) {
    this.#shown = shown;
  }

  get running(): string {
    return this.#line;
  }

  add(text: string): string {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    return lines.map((line) => `${this.#shown(line)}\n`).join("");
  }

  end(): string {
    const line = this.#line;
    this.#line = "";
    return line === "" ? "" : `${this.#shown(line)}\n`;
  }
}
