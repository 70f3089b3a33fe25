import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { Scopes } from "../scopes.ts";
import { END, FIRST, NEWLINE, STRING, WORD } from "../tokens.ts";
import { readAll, readTargets } from "./assignments.ts";
import { readFrom, readImport } from "./imports.ts";
import {
  ALL,
  AND,
  ASYNC,
  blocks,
  CASE,
  CLASS,
  DEF,
  DYNAMIC_IMPORT,
  ELIF,
  EXCEPT,
  FOR,
  FROM,
  IF,
  IMPORT,
  IMPORT_MODULE,
  LAMBDA,
  MATCH,
  NAME,
  OR,
  TYPE,
  TYPE_CHECKING,
  WHILE,
} from "./words.ts";

const branching = new Set([IF, ELIF, FOR, WHILE, EXCEPT, CASE, AND, OR]);

export function readPython(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  const file = new PythonFile(findings);
  file.read();
  readWords(findings);
  if (scanner.text.startsWith("#!")) findings.isEntryPoint = true;
  return findings;
}

/** One walk over the logical lines of a file, with the blocks that each is in. */
class PythonFile {
  readonly #findings: Findings;
  readonly #scopes = new Scopes();
  readonly #assigned = new Set<string>();
  #all: ReadonlySet<string> | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  read(): void {
    const { tokens } = this.#findings;
    for (let at = 0; at < tokens.count; at++) {
      if (tokens.type(at) === NEWLINE) continue;
      this.#scopes.enter(this.#column(at));
      at = this.#readLine(at);
    }
    if (this.#all !== undefined) this.#markExported(this.#all);
  }

  #column(at: number): number {
    const { text } = this.#findings.scanner;
    const start = this.#findings.tokens.start(at);
    return start - 1 - text.lastIndexOf("\n", start - 1);
  }

  /** Reads the statements of a logical line; gives the token that ends it. */
  #readLine(start: number): number {
    const { tokens } = this.#findings;
    let at = start;
    while (tokens.type(at) !== NEWLINE && tokens.type(at) !== END) {
      const next = this.#readStatement(at);
      at = next > at ? next : at + 1;
      if (tokens.type(at) === 59) at++;
    }
    return at;
  }

  /** Reads one statement, or the head of one that has a block; gives the token after it. */
  #readStatement(start: number): number {
    const { tokens } = this.#findings;
    const at = tokens.name(start) === ASYNC ? start + 1 : start;
    const name = tokens.name(at);
    if (name === IMPORT) readImport(this.#findings, at, this.#scopes.isForTypes);
    else if (name === FROM) readFrom(this.#findings, at, this.#scopes.isForTypes);
    else if (name === DEF || name === CLASS) return this.#readDefinition(at, name === CLASS);
    else if (blocks.has(name) || this.#isSoftBlock(at, name)) return this.#readBlock(at);
    else if (
      name >= 0 ||
      tokens.type(at) === 40 ||
      tokens.type(at) === 91 ||
      tokens.type(at) === 42
    ) {
      this.#readAssignment(at);
    }
    return this.#afterSimple(at);
  }

  #isSoftBlock(at: number, name: number): boolean {
    const { tokens } = this.#findings;
    if ((name !== MATCH && name !== CASE) || !tokens.has(at, FIRST)) return false;
    const end = this.#afterSimple(at);
    const next = tokens.type(at + 1);
    return tokens.type(end - 1) === 58 && next !== 61 && next !== 46 && next !== 58;
  }

  #readDefinition(at: number, isClass: boolean): number {
    const { tokens } = this.#findings;
    if (tokens.type(at + 1) !== WORD) return at + 1;
    const name = this.#findings.word(at + 1);
    const { container, isVisible } = this.#scopes;
    if (isVisible) {
      const kind = isClass ? "class" : container === undefined ? "function" : "method";
      this.#findings.define(at + 1, kind, { exported: isPublic(name, container), container });
    }
    this.#scopes.open(isClass ? "class" : "function", name);
    return this.#afterColon(at + 2);
  }

  #readBlock(at: number): number {
    const { tokens } = this.#findings;
    const after = this.#afterColon(at + 1);
    const isForTypes = tokens.name(at) === IF && this.#mentions(at, after, TYPE_CHECKING);
    this.#scopes.open(isForTypes ? "types" : "block", "");
    if (tokens.name(at) === IF && this.#mentions(at, at + 2, NAME))
      this.#findings.isEntryPoint = true;
    return after;
  }

  #mentions(from: number, to: number, name: number): boolean {
    const { tokens } = this.#findings;
    for (let at = from; at < to; at++) if (tokens.name(at) === name) return true;
    return false;
  }

  #readAssignment(start: number): void {
    const { tokens } = this.#findings;
    const { container, isVisible } = this.#scopes;
    if (!isVisible) return;
    if (tokens.name(start) === TYPE && tokens.type(start + 1) === WORD) {
      const name = this.#findings.word(start + 1);
      this.#findings.define(start + 1, "type", { exported: isPublic(name, container), container });
      return;
    }
    if (tokens.name(start) === ALL && container === undefined) {
      this.#all = readAll(this.#findings, start, this.#afterSimple(start), this.#all);
    }
    for (const target of readTargets(this.#findings, start, this.#afterSimple(start))) {
      const name = this.#findings.word(target);
      const key = `${container ?? ""} ${name}`;
      if (this.#assigned.has(key)) continue;
      this.#assigned.add(key);
      this.#findings.define(target, "variable", { exported: isPublic(name, container), container });
    }
  }

  #afterSimple(start: number): number {
    const { tokens } = this.#findings;
    let at = start;
    for (; ; at = tokens.after(at)) {
      const type = tokens.type(at);
      if (type === NEWLINE || type === END || type === 59) return at;
    }
  }

  /** The token after the colon that ends the head of a block; a lambda's is not it. */
  #afterColon(start: number): number {
    const { tokens } = this.#findings;
    let lambdas = 0;
    for (let at = start; ; at = tokens.after(at)) {
      const type = tokens.type(at);
      if (type === NEWLINE || type === END) return at;
      if (tokens.name(at) === LAMBDA) lambdas++;
      if (type !== 58 || (tokens.type(at + 1) === 61 && tokens.touches(at))) continue;
      if (lambdas-- === 0) return at + 1;
    }
  }

  #markExported(all: ReadonlySet<string>): void {
    const { definitions } = this.#findings;
    for (const [index, definition] of definitions.entries()) {
      const isListed = all.has((definition.container ?? definition.name).split(".", 1)[0] ?? "");
      const exported =
        definition.container === undefined ? isListed : isListed && definition.exported;
      definitions[index] = { ...definition, exported };
    }
  }
}

/** By convention a leading underscore keeps a name to its file, but for `__init__` and the like. */
function isPublic(name: string, container: string | undefined): boolean {
  const isHidden = (part: string): boolean => part.startsWith("_") && !/^__\w+__$/.test(part);
  return !isHidden(name) && !(container ?? "").split(".").some(isHidden);
}

/** What is counted of single words: branches, quotes, and imports by a call. */
function readWords(findings: Findings): void {
  const { tokens } = findings;
  const { text } = findings.scanner;
  for (let at = 0; at < tokens.count; at++) {
    if (tokens.type(at) === STRING) {
      const code = text.charCodeAt(tokens.start(at));
      if (code === 39) findings.singleQuotes++;
      else if (code === 34) findings.doubleQuotes++;
      continue;
    }
    const name = tokens.name(at);
    if (branching.has(name)) findings.branches++;
    const isCall = name === DYNAMIC_IMPORT || name === IMPORT_MODULE;
    if (isCall && tokens.type(at + 1) === 40 && tokens.type(at + 2) === STRING) {
      if (tokens.type(at + 3) === 41 || tokens.type(at + 3) === 44) {
        findings.addImport(findings.quoted(at + 2), at, "dynamic");
      }
    }
  }
}
