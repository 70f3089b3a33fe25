import {
  type AutocompleteProvider,
  CURSOR_MARKER,
  Editor,
  renderFakeCursor,
  type TUI,
  visibleWidth,
} from "@earendil-works/pi-tui";
import { printable } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import type { Frame } from "./live-region.ts";

interface ComposerOptions {
  readonly paint: Paint;
  readonly rows: () => number;
  readonly redraw: () => void;
  readonly submit: (text: string) => void;
}

const bottom = "\0";
const [cursorStart = "", cursorEnd = ""] = renderFakeCursor("\0").split("\0");
const prompt = "> ";

/** Where text is written: several lines, with a history and completion. */
export class Composer {
  readonly #editor: BareEditor;
  readonly #paint: Paint;

  constructor({ paint, rows, redraw, submit }: ComposerOptions) {
    this.#paint = paint;
    const dim = (text: string) => paint("dim", text);
    const bold = (text: string) => paint("bold", text);
    const selectList = {
      selectedPrefix: bold,
      selectedText: bold,
      description: dim,
      scrollInfo: dim,
      noMatch: dim,
    };
    // All that the editor asks of a TUI; there is none.
    const host = {
      requestRender: redraw,
      terminal: {
        get rows() {
          return rows();
        },
      },
    };
    this.#editor = new BareEditor(host as unknown as TUI, { borderColor: dim, selectList });
    this.#editor.focused = true;
    this.#editor.onSubmit = submit;
  }

  get text(): string {
    return this.#editor.getExpandedText();
  }

  /** Writes in place of what is there; what is long stands as a paste does. */
  set text(text: string) {
    this.#editor.setText("");
    if (text !== "") this.#editor.handleInput(`\x1b[200~${text}\x1b[201~`);
  }

  get isEmpty(): boolean {
    return this.#editor.getText() === "";
  }

  /** Whether a list of completions is open, which Esc closes. */
  get isCompleting(): boolean {
    return this.#editor.isShowingAutocomplete();
  }

  complete(provider: AutocompleteProvider): void {
    this.#editor.setAutocompleteProvider(provider);
  }

  remember(text: string): void {
    this.#editor.addToHistory(printable(text));
  }

  key(data: string): void {
    this.#editor.handleInput(data);
  }

  /** The lines that are written, and below them the completions. */
  draw(width: number): Frame {
    const drawn = this.#editor.render(Math.max(4, width - prompt.length));
    const end = drawn.findIndex((line) => line.startsWith(bottom));
    const written = drawn.slice(1, end);
    const hidden = [drawn[0] ?? "", (drawn[end] ?? "").slice(bottom.length)];
    const row = Math.max(
      0,
      written.findIndex((line) => line.includes(CURSOR_MARKER)),
    );
    const column = visibleWidth((written[row] ?? "").split(CURSOR_MARKER, 1)[0] ?? "");
    const lines = written.map(
      (line, at) => `${at === 0 ? this.#paint("cyan", prompt) : "  "}${bare(line)}`,
    );
    const above = hidden[0] ? [this.#paint("dim", hidden[0])] : [];
    const below = hidden[1] ? [this.#paint("dim", hidden[1])] : [];
    return {
      lines: [...above, ...lines, ...below, ...drawn.slice(end + 1).map((line) => line.trimEnd())],
      cursor: { row: row + above.length, column: column + prompt.length },
    };
  }
}

/** Without the marks of a cursor, which is the terminal's own. */
function bare(line: string): string {
  return line
    .replaceAll(CURSOR_MARKER, "")
    .replaceAll(cursorStart, "")
    .replaceAll(cursorEnd, "")
    .trimEnd();
}

/** The editor without its frame. */
class BareEditor extends Editor {
  protected override renderTopBorder(_width: number, hidden: number): string {
    return hidden > 0 ? `  ↑ ${hidden} more` : "";
  }

  protected override renderBottomBorder(_width: number, hidden: number): string {
    return bottom + (hidden > 0 ? `  ↓ ${hidden} more` : "");
  }
}
