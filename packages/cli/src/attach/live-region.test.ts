import xterm from "@xterm/headless";
import { describe, expect, test } from "vitest";
import { type Frame, LiveRegion } from "./live-region.ts";

/** A region on an emulated terminal, and what a person would see of it. */
class Seen {
  readonly #terminal: xterm.Terminal;
  readonly #rows: number;
  readonly region: LiveRegion;
  columns: number;
  written = "";

  constructor(columns = 20, rows = 6) {
    this.columns = columns;
    this.#rows = rows;
    const options = { cols: columns, rows, convertEol: true, allowProposedApi: true };
    this.#terminal = new xterm.Terminal(options);
    const columnsNow = () => this.columns;
    const out = {
      get columns() {
        return columnsNow();
      },
      write: (text: string) => {
        this.written += text;
        this.#terminal.write(text);
      },
    };
    this.region = new LiveRegion(out, { cursorSinks: true });
  }

  resize(columns: number): void {
    this.columns = columns;
    this.#terminal.resize(columns, this.#rows);
  }

  /** All lines, with a mark where the cursor is. */
  async lines(): Promise<string[]> {
    await new Promise<void>((resolve) => this.#terminal.write("", resolve));
    const { active } = this.#terminal.buffer;
    const all = Array.from({ length: active.length }, (_, at) => {
      const line = active.getLine(at)?.translateToString(true) ?? "";
      const isHere = at === active.baseY + active.cursorY;
      return isHere ? `${line.padEnd(active.cursorX).slice(0, active.cursorX)}#` : line.trimEnd();
    });
    return all.join("\n").trimEnd().split("\n");
  }
}

const frame = (lines: string[], row = 0, column = 0): Frame => ({ lines, cursor: { row, column } });

describe("a live region", () => {
  test("stands below what is appended, which is written once", async () => {
    const seen = new Seen();
    seen.region.update("", frame(["> ab", "status"], 0, 4));
    seen.region.update("one\n", frame(["> ab", "status"], 0, 4));
    seen.region.update("two\n", frame(["> abc", "status"], 0, 5));
    expect(await seen.lines()).toEqual(["one", "two", "> abc#", "status"]);
    expect(seen.written.split("one").length).toBe(2);
  });

  test("scrolls with what is appended at the end of the screen", async () => {
    const seen = new Seen();
    const text = Array.from({ length: 9 }, (_, at) => `line ${at}\n`);
    for (const line of text) seen.region.update(line, frame(["> ", "status"], 0, 2));
    expect(await seen.lines()).toEqual([...text.map((line) => line.trim()), "> #", "status"]);
  });

  test("becomes higher and lower, and nothing of it stays behind", async () => {
    const seen = new Seen();
    seen.region.update("text\n", frame(["a", "b", "c"], 1, 1));
    seen.region.update("", frame(["a", "b", "c", "d"], 3, 1));
    expect(await seen.lines()).toEqual(["text", "a", "b", "c", "d#"]);
    seen.region.update("", frame(["x", "c"], 0, 1));
    expect(await seen.lines()).toEqual(["text", "x#", "c"]);
    seen.region.update("", frame(["x", "c"], 1, 1));
    expect(await seen.lines()).toEqual(["text", "x", "c#"]);
  });

  test("writes no more than what was added to a row that grows", () => {
    const seen = new Seen();
    seen.region.update("", frame(["some words", "> ", "status"], 1, 2));
    seen.written = "";
    seen.region.update("", frame(["some words more", "> ", "status"], 1, 2));
    expect(seen.written).toContain(" more");
    expect(seen.written).not.toContain("words");
    expect(seen.written).not.toContain("status");
    seen.written = "";
    seen.region.update("", frame(["some words more", "> ", "status"], 1, 2));
    expect(seen.written).toBe("");
  });

  test("takes away all of its rows that a narrower terminal has broken", async () => {
    const seen = new Seen(20);
    seen.region.update("kept\n", frame(["a row of 18 columns", "> ", "status"], 1, 2));
    await seen.lines();
    seen.resize(10);
    seen.region.update("", frame(["short", "> ", "s"], 1, 2));
    expect(await seen.lines()).toEqual(["kept", "short", "> #", "s"]);
  });

  test.each([
    ["with room below", 10],
    ["at the end of the screen", 4],
  ])("takes away rows that were broken below the cursor, %s", async (_, rows) => {
    const seen = new Seen(20, rows);
    seen.region.update("kept\nas well\n", frame(["> ", "a row of 18 columns"], 0, 2));
    await seen.lines();
    seen.resize(10);
    seen.region.update("", frame(["> ", "s"], 0, 2));
    expect(await seen.lines()).toEqual(["kept", "as well", "> #", "s"]);
  });

  test("leaves what was appended when it is erased", async () => {
    const seen = new Seen();
    seen.region.update("kept\n", frame(["> ", "status"], 0, 2));
    const text = seen.region.erased();
    seen.region.update(`${text}`, frame(["after"]));
    expect(await seen.lines()).toEqual(["kept", "#"]);
    expect(new Seen().region.erased()).toBe("");
  });
});
