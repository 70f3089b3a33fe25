import type { Scanner } from "./scanner.ts";
import { type Tokens, WORD } from "./tokens.ts";
import type { Definition, DefinitionKind, ImportSite } from "./types.ts";
import { UsedWords } from "./used-words.ts";

interface Defined {
  readonly exported: boolean;
  readonly container?: string | undefined;
}

/** Collects what a language's reader finds in the tokens of one file. */
export class Findings {
  readonly scanner: Scanner;
  readonly tokens: Tokens;
  readonly imports: ImportSite[] = [];
  readonly definitions: Definition[] = [];
  packageName: string | undefined;
  isEntryPoint = false;
  branches = 0;
  semicolons = 0;
  bareEnds = 0;
  singleQuotes = 0;
  doubleQuotes = 0;
  readonly #definers: number[] = [];

  constructor(scanner: Scanner) {
    this.scanner = scanner;
    this.tokens = scanner.tokens;
  }

  /** What stands in the file from one token to another, both included. */
  text(from: number, to = from): string {
    return this.scanner.text.slice(this.tokens.start(from), this.tokens.end(to));
  }

  /** What is between the quotes of a string that has no prefix. */
  quoted(index: number): string {
    return this.scanner.text.slice(this.tokens.start(index) + 1, this.tokens.end(index) - 1);
  }

  /** The word itself, from the store of names. */
  word(index: number): string {
    return this.scanner.lexicon.names.text(this.tokens.link(index));
  }

  /** Adds a definition by the token that names it, which is then no reference. */
  define(index: number, kind: DefinitionKind, { exported, container }: Defined, sigil = ""): void {
    const { tokens } = this;
    // Broken code may end, or have a bracket, where a name should be.
    if (tokens.type(index) !== WORD) return;
    this.addDefinition(sigil + this.word(index), kind, tokens.line(index), { exported, container });
    this.#definers.push(tokens.link(index));
  }

  /** Adds a definition whose name is more than one token. */
  addDefinition(
    name: string,
    kind: DefinitionKind,
    line: number,
    { exported, container }: Defined,
  ): void {
    const definition = { name, kind, line, exported };
    this.definitions.push(container === undefined ? definition : { ...definition, container });
  }

  addImport(
    specifier: string,
    token: number,
    kind: ImportSite["kind"],
    names: readonly string[] = [],
  ): void {
    this.imports.push({ specifier, line: this.tokens.line(token), kind, names });
  }

  /** How often each word that is no keyword is used other than to define it. */
  references(): UsedWords {
    const { tokens } = this;
    const { names } = this.scanner.lexicon;
    const counts = counters(names.size);
    const met: number[] = [];
    for (let index = 0; index < tokens.count; index++) {
      const name = tokens.name(index);
      if (name < names.reserved) continue;
      const count = counts[name] ?? 0;
      if (count === 0) met.push(name);
      counts[name] = count + 1;
    }
    for (const name of this.#definers) counts[name] = (counts[name] ?? 0) - 1;
    const used: number[] = [];
    const times: number[] = [];
    for (const name of met) {
      const count = counts[name] ?? 0;
      counts[name] = 0;
      if (count <= 0) continue;
      used.push(name);
      times.push(count);
    }
    for (const name of this.#definers) counts[name] = 0;
    return new UsedWords(names, used, times);
  }
}

let shared = new Int32Array(1 << 14);

/** Counters that are all zero; whoever uses them leaves them so. */
function counters(size: number): Int32Array {
  if (shared.length < size) shared = new Int32Array(size * 2);
  return shared;
}
