export interface LiveOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Lines at the bottom of a terminal that are redrawn in place, below text that is only appended.
 * Where there is no terminal, the lines are left out.
 */
export class LiveRegion implements Disposable {
  readonly #out: LiveOutput;
  readonly #draw: (width: number) => readonly string[];
  #height = 0;
  #ended = false;

  constructor(out: LiveOutput, draw: (width: number) => readonly string[]) {
    this.#out = out;
    this.#draw = draw;
  }

  get live(): boolean {
    return this.#out.isTTY === true && !this.#ended;
  }

  append(text: string): void {
    if (this.live) this.#redraw(text);
    else this.#out.write(text);
  }

  refresh(): void {
    if (this.live) this.#redraw("");
  }

  /** Takes the lines away; what was appended stays. */
  [Symbol.dispose](): void {
    if (this.live) this.#out.write(this.#erased());
    this.#ended = true;
  }

  // One write, so that no terminal shows the state in between.
  #redraw(text: string): void {
    const lines = this.#draw(this.#out.columns ?? 80);
    const drawn = lines.map((line) => `${line}\n`).join("");
    this.#out.write(`${this.#erased()}${text}${drawn}`);
    this.#height = lines.length;
  }

  #erased(): string {
    const height = this.#height;
    this.#height = 0;
    return height === 0 ? "" : `\x1b[${height}A\x1b[J`;
  }
}
