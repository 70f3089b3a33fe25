import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import xterm from "@xterm/headless";
import { execa } from "execa";
import { temporaryDirectory } from "./repository.ts";

const program = fileURLToPath(new URL("../../packages/cli/bin/heddle.js", import.meta.url));

interface TerminalOptions {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly columns?: number;
  readonly rows?: number;
}

/** Nothing on a terminal takes as long; what is waited for in vain fails with what there is. */
const patienceMs = 40_000;

/** The program on a real pty, and what a person would see of it. */
export class Terminal implements AsyncDisposable {
  readonly #folder = temporaryDirectory("terminal");
  readonly #emulator: xterm.Terminal;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<() => void>();
  /** All bytes that were written to the terminal. */
  written = "";
  readonly ended: Promise<number | null>;

  constructor({ args, cwd, env, columns = 80, rows = 24 }: TerminalOptions) {
    this.#emulator = new xterm.Terminal({
      cols: columns,
      rows,
      scrollback: 5000,
      allowProposedApi: true,
    });
    const line = [process.execPath, program, ...args].map((word) => `'${word}'`).join(" ");
    // As an interactive shell, it outlives a Ctrl+C that is for the program.
    const shell = `trap : INT; tty > tty; stty cols ${columns} rows ${rows}; stty -g > before; cd '${cwd}'
      ${line}; code=$?; cd '${this.#folder}'; stty -g > after; exit $code`;
    this.#child = spawn("script", ["-qefc", shell, "/dev/null"], {
      cwd: this.#folder,
      env: { TERM: "xterm-256color", TERM_PROGRAM: "vscode", SHELL: "/bin/sh", ...env },
    });
    this.#emulator.onData((answer) => this.#child.stdin.write(answer));
    this.#child.stdin.on("error", () => {});
    this.#child.stdout.on("data", (data: Buffer) => {
      this.written += data.toString();
      this.#emulator.write(data, () => this.#changed());
    });
    this.ended = once(this.#child, "close").then(([code]) => {
      this.#changed();
      return code as number | null;
    });
  }

  /** Sends keys, as they are typed. */
  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** The rows that are seen, without what is blank at their end. */
  get rows(): string[] {
    const { baseY } = this.#emulator.buffer.active;
    return this.#lines().slice(baseY);
  }

  get screen(): string {
    return this.rows.join("\n").trimEnd();
  }

  /** What is seen, and all that has been scrolled away. */
  get everything(): string {
    return this.#lines().join("\n").trimEnd();
  }

  /** The row with the cursor. */
  get cursorRow(): string {
    const { baseY, cursorY } = this.#emulator.buffer.active;
    return this.#lines()[baseY + cursorY] ?? "";
  }

  get pastesAreMarked(): boolean {
    return this.#emulator.modes.bracketedPasteMode;
  }

  /** Whether the settings of the tty are as they were before. */
  get isGivenBack(): boolean {
    const [before, after] = ["before", "after"].map((name) =>
      readFileSync(join(this.#folder, name), "utf8"),
    );
    return before === after;
  }

  /** The process of the program itself. */
  get pid(): number {
    const tty = this.#tty.replace("/dev/", "");
    const listed = execFileSync("ps", ["-t", tty, "-o", "pid=,args="], { encoding: "utf8" });
    const row = listed.split("\n").find((text) => /^ *\d+ \S*node .*heddle\.js/.test(text));
    return Number.parseInt(row ?? "", 10);
  }

  get #tty(): string {
    return readFileSync(join(this.#folder, "tty"), "utf8").trim();
  }

  /** What is written meanwhile is shown, as by any terminal. */
  async resize(columns: number, rows: number): Promise<void> {
    this.#emulator.resize(columns, rows);
    const size = ["cols", String(columns), "rows", String(rows)];
    await execa("stty", ["-F", this.#tty, ...size]);
  }

  /** Settles once something is seen. */
  async until(seen: RegExp | ((terminal: this) => boolean)): Promise<void> {
    const check = typeof seen === "function" ? () => seen(this) : () => seen.test(this.screen);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (check()) resolve();
    };
    const timer = setTimeout(() => reject(new Error(`in vain:\n${this.everything}`)), patienceMs);
    this.#waiting.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
    this.#emulator.dispose();
  }

  #lines(): string[] {
    const { active } = this.#emulator.buffer;
    return Array.from({ length: active.length }, (_, at) =>
      (active.getLine(at)?.translateToString(true) ?? "").trimEnd(),
    );
  }

  #changed(): void {
    for (const look of this.#waiting) look();
  }
}
