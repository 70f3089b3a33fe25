import type { UsedWords } from "./used-words.ts";

/** The languages that the index reads. TSX, JSX, Vue and Svelte count as their script's language. */
export type Language =
  | "typescript"
  | "javascript"
  | "python"
  | "go"
  | "rust"
  | "java"
  | "csharp"
  | "c"
  | "cpp"
  | "ruby"
  | "php"
  | "kotlin"
  | "swift";

/** One import, include, use or require, as it is written. Lines count from 1. */
export interface ImportSite {
  /** What is written: `./a.ts`, `os.path`, `..pkg.mod`, `crate::a::b`, `stdio.h`. */
  readonly specifier: string;
  readonly line: number;
  /**
   * `static`, `dynamic` and `require` are JavaScript's; `type` is erased; `reexport` also exports;
   * `system` is C's `<…>`; `module` is Rust's `mod x;`, a file of its own.
   */
  readonly kind: "static" | "dynamic" | "require" | "type" | "reexport" | "system" | "module";
  /** What is taken out of it: `from x import a, b`, `use a::{b, c}`. Empty where the language names none. */
  readonly names: readonly string[];
}

export type DefinitionKind =
  | "function"
  | "class"
  | "interface"
  | "type"
  | "enum"
  | "variable"
  | "method"
  | "module"
  | "macro";

/** A name that a file declares at its top level, or a member of such a class. */
export interface Definition {
  readonly name: string;
  readonly kind: DefinitionKind;
  readonly line: number;
  /** Whether other files can see it, as far as the language says so in this file. */
  readonly exported: boolean;
  /** The class, trait or module it is a member of. */
  readonly container?: string;
}

/** What a file tells of its author's habits; counts, summed up over files. */
export interface StyleVotes {
  readonly tabLines: number;
  /** Lines indented by spaces, by the step to the line above: 2, 4, 8. */
  readonly spaceSteps: Readonly<Record<2 | 4 | 8, number>>;
  readonly singleQuotes: number;
  readonly doubleQuotes: number;
  /** Statements that end in a semicolon, and those that could have. JavaScript and TypeScript only. */
  readonly semicolons: number;
  readonly bareEnds: number;
}

/** All that the lexer finds in one file. */
export interface FileSymbols {
  readonly language: Language;
  readonly lines: number;
  readonly codeLines: number;
  readonly commentLines: number;
  readonly imports: readonly ImportSite[];
  readonly definitions: readonly Definition[];
  /** How often each identifier is used, but for the places that define it. */
  readonly references: UsedWords;
  /** Java's and Kotlin's `package`, C#'s and PHP's `namespace`, Go's `package`. */
  readonly packageName?: string;
  /** Whether running it is its purpose: a shebang, `if __name__ == "__main__"`, `func main`, `fn main`. */
  readonly isEntryPoint: boolean;
  /** Branches: if, for, while, case, catch, &&, ||, ?. A measure of complexity. */
  readonly branches: number;
  /** Lines of comments that say TODO, FIXME, HACK or XXX. */
  readonly todos: readonly { readonly line: number; readonly text: string }[];
  readonly style: StyleVotes;
}
