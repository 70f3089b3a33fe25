import type { ThreadView } from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";
import type { Paint } from "../terminal/style.ts";
import { highlights } from "./highlights.ts";
import { type LiveOutput, LiveRegion } from "./live-region.ts";
import type { DemoTask } from "./script.ts";
import { badge, statusLine } from "./status.ts";

const refreshMs = 100;

/** Shows several threads at once: highlights appended, and on a terminal a line for each thread. */
export class Progress implements Disposable {
  readonly #region: LiveRegion;
  readonly #paint: Paint;
  readonly #tasks: readonly DemoTask[];
  readonly #views = new Map<number, ThreadView>();
  readonly #startedAt = Date.now();
  readonly #timer: NodeJS.Timeout;

  constructor(out: LiveOutput, tasks: readonly DemoTask[], paint: Paint) {
    this.#tasks = tasks;
    this.#paint = paint;
    this.#region = new LiveRegion(out, (width) => this.#lines(width));
    this.#timer = setInterval(() => this.#region.refresh(), refreshMs);
  }

  see(number: number, notice: ThreadNotice, view: ThreadView): void {
    this.#views.set(number, view);
    if (notice.type === "event") this.tell(number, highlights(notice.event, view, this.#paint));
  }

  tell(number: number, lines: readonly string[]): void {
    const lead = badge(number, this.#paint);
    const text = lines.map((line, at) => `${at === 0 ? lead : "   "} ${line}\n`).join("");
    if (text !== "") this.#region.append(text);
  }

  say(text: string): void {
    this.#region.append(`${text}\n`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#region[Symbol.dispose]();
  }

  #lines(width: number): string[] {
    const elapsedMs = Date.now() - this.#startedAt;
    return this.#tasks.map(({ title }, at) => {
      const number = at + 1;
      return statusLine(
        { number, title, view: this.#views.get(number), elapsedMs },
        width,
        this.#paint,
      );
    });
  }
}
