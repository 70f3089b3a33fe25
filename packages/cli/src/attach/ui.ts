import { isKeyRelease } from "@earendil-works/pi-tui";
import type { Paint } from "../terminal/style.ts";
import { Composer } from "./composer.ts";
import { frameOf, type Room, type Sight } from "./frame.ts";
import { type Action, actionOf } from "./keys.ts";
import { hasSinkingCursor, LiveRegion } from "./live-region.ts";
import { plainMarks, showsUnicode } from "./marks.ts";
import { Picker, type PickerOptions } from "./picker.ts";
import { AttachedTerminal } from "./terminal.ts";

interface UiOptions {
  readonly paint: Paint;
  readonly submit: (text: string) => void;
  readonly act: (action: Action) => void;
  readonly failed: (error: unknown) => void;
  /** What stands above the composer and below it, as it is now. */
  readonly sight: (room: Room) => Pick<Sight, "running" | "pending" | "prompt" | "status">;
}

type List = Pick<PickerOptions, "title" | "query" | "find"> & { readonly closed?: () => void };

/** What streams is drawn so often at most. Keys are drawn at once. */
const frameMs = 33;
const listRows = 14;

/** The terminal with its finished text, composer and lists. It knows nothing of threads. */
export class Ui implements Disposable {
  readonly composer: Composer;
  readonly #options: UiOptions;
  readonly #terminal: AttachedTerminal;
  readonly #region: LiveRegion;
  readonly #shown = showsUnicode(process.env) ? (text: string) => text : plainMarks;
  #list: Picker | undefined;
  #closed: (() => void) | undefined;
  #appended = "";
  #isDrawn = false;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Immediate | undefined;
  /** Settles once the terminal is here again, while another program has it. */
  #lent: Promise<void> | undefined;

  constructor(options: UiOptions) {
    this.#options = options;
    this.composer = new Composer({
      paint: options.paint,
      rows: () => this.room.rows,
      redraw: () => this.draw(),
      submit: options.submit,
    });
    let region: LiveRegion | undefined;
    this.#terminal = new AttachedTerminal({
      onKey: (data) => this.#key(data),
      onResize: () => this.draw(),
      erase: () => region?.erased() ?? "",
    });
    region = new LiveRegion(this.#terminal, { cursorSinks: hasSinkingCursor(process.env) });
    this.#region = region;
  }

  get room(): Room {
    return { columns: this.#terminal.columns, rows: this.#terminal.rows };
  }

  /** Adds whole lines to what is finished. */
  append(text: string): void {
    if (text === "") return;
    this.#appended += this.#shown(text);
    this.draw();
  }

  /** Draws soon, the first time at once; what changes until then is drawn together. */
  draw(): void {
    if (!this.#isDrawn) this.#drawSoon();
    this.#timer ??= setTimeout(() => this.#flush(), frameMs);
  }

  /** Opens a list in place of the composer. */
  open({ closed, ...list }: List): void {
    this.close();
    this.#closed = closed;
    this.#list = new Picker({
      ...list,
      redraw: () => this.draw(),
      failed: this.#options.failed,
      close: () => this.close(),
    });
    this.#drawSoon();
  }

  /** Whether a list is open. */
  get isOpen(): boolean {
    return this.#list !== undefined;
  }

  close(): void {
    const closed = this.#closed;
    this.#closed = undefined;
    this.#list = undefined;
    closed?.();
    this.#drawSoon();
  }

  refreshList(): void {
    this.#list?.refresh();
  }

  suspend(): void {
    this.#flush();
    this.#terminal.suspend(() => this.draw());
  }

  /** Lets another program have the terminal while `work` goes on; what comes meanwhile is kept. */
  async lend(work: () => Promise<void>): Promise<void> {
    this.#flush();
    this.#lent = this.#terminal.lend(work).finally(() => {
      this.#lent = undefined;
      this.draw();
    });
    await this.#lent;
  }

  /** Settles once no other program has the terminal. */
  async returned(): Promise<void> {
    await this.#lent?.catch(() => {});
  }

  /** Leaves what is finished on the terminal, and nothing else. */
  [Symbol.dispose](): void {
    this.#flush();
    this.#stopTimers();
    this.#terminal[Symbol.dispose]();
  }

  #key(data: string): void {
    if (isKeyRelease(data)) return;
    const action = actionOf(data);
    if (this.#list && (action === undefined || action === "escape")) this.#list.key(data);
    else if (this.#isForComposer(action)) this.composer.key(data);
    else if (action !== undefined) this.#options.act(action);
    this.#drawSoon();
  }

  #isForComposer(action: Action | undefined): boolean {
    if (action === undefined) return true;
    if (action === "escape") return this.composer.isCompleting;
    return action === "detach" && !this.composer.isEmpty;
  }

  /** After all keys that came together, as in a paste. */
  #drawSoon(): void {
    this.#soon ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#stopTimers();
    if (this.#lent !== undefined) return;
    const { room } = this;
    const { paint, sight } = this.#options;
    const height = Math.max(2, Math.min(listRows, room.rows - 3));
    const input =
      this.#list?.draw({ width: room.columns - 1, height, paint }) ??
      this.composer.draw(room.columns - 1);
    const now = sight(room);
    const frame = frameOf({ ...now, input }, room);
    const appended = this.#appended;
    this.#appended = "";
    this.#isDrawn = true;
    this.#region.update(appended, { ...frame, lines: frame.lines.map(this.#shown) });
  }

  #stopTimers(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
  }
}
