/** A piece of Markdown that can be shown: a block, a line inside a fence, or the space between. */
export type Block =
  | { readonly type: "text"; readonly source: string }
  | { readonly type: "code"; readonly line: string }
  | { readonly type: "space" };

const fence = /^\s*(`{3,}|~{3,})/;
const heading = /^ {0,3}#{1,6}\s/;
const listItem = /^ ?(?:[-*+]|\d{1,9}[.)])\s/;

/**
 * Cuts Markdown that streams into blocks, each as soon as it is complete. A code block and a list
 * are given line by line and item by item: they may be long.
 */
export class MarkdownBlocks {
  #block: string[] = [];
  #line = "";
  #fence: string | undefined;
  #spaced = true;

  /** The source of the block that goes on. */
  get running(): string {
    return [...this.#block, this.#line].join("\n");
  }

  get inFence(): boolean {
    return this.#fence !== undefined;
  }

  add(text: string): Block[] {
    const lines = (this.#line + text).split("\n");
    this.#line = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line));
  }

  end(): Block[] {
    const line = this.#line;
    this.#line = "";
    const blocks = line === "" ? [] : this.#take(line);
    this.#fence = undefined;
    return [...blocks, ...this.#finish()];
  }

  #take(line: string): Block[] {
    const mark = fence.exec(line)?.[1];
    if (this.#fence !== undefined) return this.#inFence(line, mark);
    if (mark !== undefined) {
      const before = this.#finish();
      this.#fence = mark;
      return before;
    }
    if (line.trim() === "") return [...this.#finish(), ...this.#space()];
    if (heading.test(line)) return [...this.#finish(), this.#shown({ type: "text", source: line })];
    const before = listItem.test(line) ? this.#finish() : [];
    this.#block.push(line);
    return before;
  }

  #inFence(line: string, mark: string | undefined): Block[] {
    const opened = this.#fence ?? "";
    const closes = mark?.startsWith(opened) === true && line.trim() === mark;
    if (!closes) return [this.#shown({ type: "code", line })];
    this.#fence = undefined;
    return [];
  }

  #finish(): Block[] {
    if (this.#block.length === 0) return [];
    const source = this.#block.join("\n");
    this.#block = [];
    return [this.#shown({ type: "text", source })];
  }

  #space(): Block[] {
    if (this.#spaced) return [];
    this.#spaced = true;
    return [{ type: "space" }];
  }

  #shown(block: Block): Block {
    this.#spaced = false;
    return block;
  }
}
