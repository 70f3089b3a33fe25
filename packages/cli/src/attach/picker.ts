import {
  decodeKittyPrintable,
  fuzzyFilter,
  type KeyId,
  matchesKey,
  truncateToWidth,
  visibleWidth,
} from "@earendil-works/pi-tui";
import type { Paint } from "../terminal/style.ts";
import type { Frame } from "./live-region.ts";

/** Something to choose; its text is printable already. */
export interface Choice {
  readonly name: string;
  readonly detail: string;
  /** Choices of a group stand together below its heading. */
  readonly group?: string;
  readonly choose: () => void;
}

export interface PickerOptions {
  readonly title: string;
  readonly query?: string;
  /** The choices for what is typed; those of a fixed list are found by `fuzzy`. */
  readonly find: (query: string) => readonly Choice[] | Promise<readonly Choice[]>;
  readonly close: () => void;
  readonly redraw: () => void;
  readonly failed: (error: unknown) => void;
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly paint: Paint;
}

/** A list that is narrowed down by typing, with one choice marked. */
export class Picker {
  readonly #options: PickerOptions;
  #query: string;
  #choices: readonly Choice[] = [];
  #marked = 0;
  #asked = 0;
  readonly #keys: readonly (readonly [KeyId, () => void])[] = [
    ["enter", () => this.#choose()],
    ["escape", () => this.#options.close()],
    ["up", () => this.#mark(this.#marked - 1)],
    ["down", () => this.#mark(this.#marked + 1)],
    ["backspace", () => this.#type(this.#query.slice(0, -1))],
    ["ctrl+u", () => this.#type("")],
  ];

  constructor(options: PickerOptions) {
    this.#options = options;
    this.#query = options.query ?? "";
    this.refresh();
  }

  /** Looks for the choices again; the mark stays where it is. */
  refresh(): void {
    const asked = ++this.#asked;
    const take = (choices: readonly Choice[]) => {
      if (asked !== this.#asked) return;
      this.#choices = choices;
      this.#mark(this.#marked);
      this.#options.redraw();
    };
    const found = this.#options.find(this.#query);
    if (found instanceof Promise) found.then(take, this.#options.failed);
    else take(found);
  }

  key(data: string): void {
    const known = this.#keys.find(([key]) => matchesKey(data, key));
    const typed = decodeKittyPrintable(data) ?? data;
    if (known) known[1]();
    else if (!/\p{Cc}/u.test(typed)) this.#type(this.#query + typed);
  }

  draw({ width, height, paint }: Look): Frame {
    const query = `${this.#options.title}: ${this.#query}`;
    const room = Math.max(1, height - 1);
    const rows = this.#rows(width, paint);
    const at = rows.findIndex(({ choice }) => choice === this.#marked);
    const from = Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room));
    const shown = rows.slice(from, from + room).map(({ text }) => text);
    const lines = shown.length > 0 ? shown : [paint("dim", "  nothing fits")];
    const column = Math.min(visibleWidth(query), width - 1);
    return { lines: [paint("bold", query), ...lines], cursor: { row: 0, column } };
  }

  #rows(width: number, paint: Paint): { text: string; choice?: number }[] {
    const names = this.#choices.map(({ name }) => visibleWidth(name));
    const column = Math.min(Math.max(0, ...names), Math.floor(width / 2));
    return this.#choices.flatMap(({ name, detail, group }, choice) => {
      const isNew = group !== undefined && group !== this.#choices[choice - 1]?.group;
      const cell = truncateToWidth(name, column, "…", true);
      const mark = choice === this.#marked ? "> " : "  ";
      const line = truncateToWidth(`${mark}${cell}  ${detail}`, width - 1, "…");
      const text = choice === this.#marked ? paint("inverse", line) : line;
      const heading = isNew ? [{ text: paint("dim", group) }] : [];
      return [...heading, { text, choice }];
    });
  }

  #type(query: string): void {
    this.#query = query;
    this.#marked = 0;
    this.refresh();
  }

  #mark(at: number): void {
    this.#marked = Math.max(0, Math.min(at, this.#choices.length - 1));
    this.#options.redraw();
  }

  #choose(): void {
    const choice = this.#choices[this.#marked];
    if (!choice) return;
    this.#options.close();
    choice.choose();
  }
}

/** Those of a fixed list that fit, the best first; grouped ones keep their order. */
export function fuzzy(choices: readonly Choice[], query: string): readonly Choice[] {
  if (query.trim() === "") return choices;
  const found = fuzzyFilter([...choices], query, ({ name, detail }) => `${name} ${detail}`);
  if (choices.every(({ group }) => group === undefined)) return found;
  const kept = new Set(found);
  return choices.filter((choice) => kept.has(choice));
}
