import { Values } from "./shell-values.ts";
import type { ShellWord, Word } from "./shell-word.ts";

/** One command without those around and within it. */
export interface Simple {
  readonly words: ShellWord[];
  /** Where it writes to, or reads from, by redirection. */
  readonly redirects: Word[];
}

/** Variables that change nothing but what a program prints, or that only the line itself reads. */
const harmless =
  /^(?:CI|NODE_ENV|DEBUG|LANG|LC_\w+|TZ|NO_COLOR|FORCE_COLOR|TERM|COLUMNS|LINES|PORT|PYTHONUNBUFFERED|PYTHONDONTWRITEBYTECODE|RUST_BACKTRACE|RUST_LOG|GOOS|GOARCH|CGO_ENABLED|DEBIAN_FRONTEND|(?!(?:npm|pnpm|yarn|bun|pip|uv)_|\w*_proxy$)[a-z_][a-z0-9_]*)$/;

/** What is found in a command line, and in every text that it gives to a shell. */
export class Findings {
  readonly commands: Simple[] = [];
  /** Why the line may do more than its commands say. */
  readonly doubts = new Set<string>();
  readonly values = new Values();

  doubt(reason: string): void {
    this.doubts.add(reason);
  }

  /**
   * `from` are the variables that must hold numbers for this one to do so; undefined: it may hold
   * anything.
   */
  assign(name: string, from: readonly string[] | undefined): void {
    if (!harmless.test(name)) this.doubt(`it sets ${name}, which can change what runs`);
    this.values.assign(name, from);
  }
}
