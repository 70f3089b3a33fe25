import type { Findings } from "./shell-findings.ts";
import { oldEnd } from "./shell-old-bash.ts";

/** What is not certainly read as the shell will read it. */
export class Unreadable extends Error {}

/** `sh` is what every shell of that name reads alike; where they differ, it is refused. */
export type Dialect = "bash" | "sh";

/** What ends commands: that of the text, of what is in parentheses, or of a clause of `case`. */
export type Closer = "" | ")" | ";;";

export interface HereDocument {
  readonly delimiter: string;
  readonly isQuoted: boolean;
  readonly withoutTabs: boolean;
}

interface Context {
  /** Whether it may be bash 3 that reads it. */
  readonly isOld: boolean;
  readonly findings: Findings;
  readonly dialect: Dialect;
  readonly readCommands: (reading: Reading, closer: Closer) => void;
}

const deepest = 60;

/** A text of shell commands, and how far it has been read. */
export class Reading {
  at = 0;
  /** Those whose text begins after this line. */
  readonly documents: HereDocument[] = [];
  readonly text: string;
  readonly findings: Findings;
  readonly #context: Context;
  #depth: number;

  constructor(text: string, context: Context, depth = 0) {
    this.text = text;
    this.findings = context.findings;
    this.#context = context;
    this.#depth = depth;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Whether a sticky pattern matches here. */
  sees(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    return pattern.test(this.text);
  }

  /** Takes what a sticky pattern matches here; undefined where it does not. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found;
  }

  expect(pattern: RegExp, what: string): void {
    if (this.take(pattern) === undefined) throw new Unreadable(`${what} is expected in it`);
  }

  /** Takes blanks, continuations of the line, and a comment, whose end no backslash continues. */
  blanks(): void {
    this.take(/(?:[ \t]|\\\n)+/y);
    this.take(/#[^\n]*/y);
  }

  get isBash(): boolean {
    return this.#context.dialect === "bash";
  }

  /** Refuses what not every shell reads alike where any of them may read it. */
  onlyBash(what: string): void {
    if (!this.isBash) throw new Unreadable(`not every shell knows ${what}`);
  }

  /** Reads commands up to what closes them, which it leaves. */
  commands(closer: Closer): void {
    this.nested(() => this.#context.readCommands(this, closer));
  }

  nested<Read>(read: () => Read): Read {
    this.#depth += 1;
    if (this.#depth > deepest) throw new Unreadable("it is nested too deeply to be read");
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** Another text, which the shell reads while it reads this one. */
  within(text: string): Reading {
    return new Reading(text, this.#context, this.#depth);
  }

  /** Reads the commands of a substitution, with the parenthesis that closes it. */
  substituted(): void {
    const from = this.at;
    const inner = this.within(this.text);
    inner.at = from;
    inner.commands(")");
    inner.expect(/\)/y, "a closing parenthesis");
    inner.noDocument();
    this.at = inner.at;
    if (this.#context.isOld && oldEnd(this.text, from) !== this.at) {
      throw new Unreadable("not every bash finds the same end of a substitution in it");
    }
    if (this.text.slice(from, this.at).includes("\n")) this.noDocument();
  }

  /** Refuses a here-document that has not begun, where not all shells agree on where it does. */
  noDocument(): void {
    if (this.documents.length === 0) return;
    throw new Unreadable("where the text of a here-document in it begins is not certain");
  }
}
