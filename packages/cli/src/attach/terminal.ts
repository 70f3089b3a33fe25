import { ProcessTerminal } from "@earendil-works/pi-tui";

interface TerminalOptions {
  readonly onKey: (data: string) => void;
  readonly onResize: () => void;
  /** What takes away that which stands on the terminal for the moment only. */
  readonly erase: () => string;
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type EndSignal = keyof typeof signals;
const showCursor = "\x1b[?25h";

/**
 * The terminal in raw mode, with bracketed paste and the keyboard protocol that it has. However the
 * process ends, as long as it runs any code, the terminal is given back as it was.
 */
export class AttachedTerminal implements Disposable {
  readonly #terminal = new ProcessTerminal();
  readonly #options: TerminalOptions;
  #open = false;
  #lent = false;

  constructor(options: TerminalOptions) {
    this.#options = options;
    for (const name of Object.keys(signals)) process.on(name, this.#end);
    process.on("exit", this.#restore);
    process.stdin.on("end", this.#gone);
    process.stdout.on("error", this.#gone);
    this.open();
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string): void {
    this.#terminal.write(text);
  }

  open(): void {
    this.#open = true;
    this.#terminal.start(this.#options.onKey, this.#options.onResize);
  }

  /** Gives the terminal back, until `open`. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#terminal.write(`${this.#options.erase()}${showCursor}`);
    this.#terminal.stop();
  }

  /** Lets the shell have the terminal until it brings the process to the front again. */
  suspend(resumed: () => void): void {
    this.close();
    // It returns once there is a shell that has resumed us; at once where there is none that could.
    process.kill(0, "SIGTSTP");
    setImmediate(() => {
      this.open();
      resumed();
    });
  }

  /** Lets another program have the terminal while `work` goes on; a Ctrl+C is then for that one. */
  async lend(work: () => Promise<void>): Promise<void> {
    this.close();
    this.#lent = true;
    try {
      await work();
    } finally {
      this.#lent = false;
      this.open();
    }
  }

  [Symbol.dispose](): void {
    this.close();
    for (const name of Object.keys(signals)) process.off(name, this.#end);
    process.off("exit", this.#restore);
    process.stdin.off("end", this.#gone);
    process.stdout.off("error", this.#gone);
  }

  readonly #end = (name: EndSignal): void => {
    if (this.#lent && name === "SIGINT") return;
    this.close();
    process.exit(128 + signals[name]);
  };

  /** The terminal was taken away, as a lost connection does. */
  readonly #gone = (): void => {
    this.#open = false;
    process.exit(128 + signals.SIGHUP);
  };

  readonly #restore = (): void => {
    if (!this.#open) return;
    this.#terminal.restoreOnExit(this.#options.erase(), showCursor);
    try {
      process.stdin.setRawMode(false);
    } catch {
      // The terminal is gone.
    }
  };
}
