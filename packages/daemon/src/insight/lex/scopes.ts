type Kind = "class" | "function" | "block" | "types";

interface Scope {
  readonly column: number;
  readonly kind: Kind;
  readonly name: string;
}

/** The blocks around the current line, by how far their heads are indented. */
export class Scopes {
  readonly #stack: Scope[] = [];
  #column = 0;
  #functions = 0;

  /** Begins a line at a column, which ends the blocks that are not left of it. */
  enter(column: number): void {
    this.#column = column;
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      if (top.column < column) return;
      this.#stack.pop();
      if (top.kind === "function") this.#functions--;
    }
  }

  open(kind: Kind, name: string): void {
    this.#stack.push({ column: this.#column, kind, name });
    if (kind === "function") this.#functions++;
  }

  /** Whether what is declared here is the file's or a class's, and no function's own. */
  get isVisible(): boolean {
    return this.#functions === 0;
  }

  /** Whether this line is run by type checkers alone. */
  get isForTypes(): boolean {
    return this.#stack.some(({ kind }) => kind === "types");
  }

  get container(): string | undefined {
    const classes = this.#stack.filter(({ kind }) => kind === "class");
    return classes.length === 0 ? undefined : classes.map(({ name }) => name).join(".");
  }
}
