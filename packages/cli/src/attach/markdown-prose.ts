import { Markdown, type MarkdownTheme, setCapabilityOverrides } from "@earendil-works/pi-tui";
import type { Paint } from "../terminal/style.ts";
import type { Prose } from "../thread/prose.ts";
import { type Block, MarkdownBlocks } from "./markdown-blocks.ts";

/** Shows Markdown block by block. The text has to be printable already. */
export class MarkdownProse implements Prose {
  readonly #blocks = new MarkdownBlocks();
  readonly #theme: MarkdownTheme;
  readonly #columns: () => number;

  constructor(paint: Paint, columns: () => number) {
    // A link that shows one address and opens another is no use to who reads what a model wrote.
    setCapabilityOverrides({ hyperlinks: false });
    this.#theme = themeOf(paint);
    this.#columns = columns;
  }

  get running(): string {
    const { running, inFence } = this.#blocks;
    return inFence ? `  ${this.#theme.codeBlock(running)}` : running;
  }

  add(text: string): string {
    return this.#shown(this.#blocks.add(text));
  }

  end(): string {
    return this.#shown(this.#blocks.end());
  }

  #shown(blocks: readonly Block[]): string {
    return blocks.flatMap((block) => this.#lines(block).map((line) => `${line}\n`)).join("");
  }

  #lines(block: Block): string[] {
    if (block.type === "space") return [""];
    if (block.type === "code") return [`  ${this.#theme.codeBlock(block.line)}`];
    const options = { preserveOrderedListMarkers: true, renderLatex: false };
    const made = new Markdown(block.source, 0, 0, this.#theme, undefined, options);
    return made.render(this.#columns()).map((line) => line.trimEnd());
  }
}

function themeOf(paint: Paint): MarkdownTheme {
  const as = (format: Parameters<Paint>[0]) => (text: string) => paint(format, text);
  const dim = as("dim");
  return {
    heading: as(["bold", "cyan"]),
    link: as("underline"),
    linkUrl: dim,
    code: as("cyan"),
    codeBlock: as("cyan"),
    codeBlockBorder: dim,
    quote: as("italic"),
    quoteBorder: dim,
    hr: dim,
    listBullet: as("cyan"),
    bold: as("bold"),
    italic: as("italic"),
    strikethrough: as("strikethrough"),
    underline: as("underline"),
  };
}
