import { Findings } from "../findings.ts";
import type { Scanner } from "../scanner.ts";
import { Scopes } from "../scopes.ts";
import { FIRST, STRING, WORD } from "../tokens.ts";
import { countBranches } from "../walk.ts";
import { names } from "./lexicon.ts";

const wordSet = (words: string): ReadonlySet<number> =>
  new Set(words.split(" ").map((word) => names.of(word)));

const CLASS = names.of("class");
const DEF = names.of("def");
const MODULE = names.of("module");
const PUBLIC = names.of("public");
const REQUIRE = names.of("require");
const LOAD = names.of("load");
const AUTOLOAD = names.of("autoload");
const RELATIVE = names.of("require_relative");
const SELF = names.of("self");
const FILE = names.of("__FILE__");
const visibilities = wordSet("private protected public module_function");
const hiding = wordSet("private protected");
const attributes = wordSet("attr_reader attr_writer attr_accessor");
const branching = wordSet("if elsif unless while until when rescue for");

export function readRuby(scanner: Scanner): Findings {
  const findings = new Findings(scanner);
  new RubyFile(findings).read();
  countBranches(findings, branching);
  if (scanner.text.startsWith("#!")) findings.isEntryPoint = true;
  return findings;
}

/** Reads the lines of a file; what is in what is told by how far a line is indented. */
class RubyFile {
  readonly #findings: Findings;
  readonly #scopes = new Scopes();
  /** The container that has said `private`. */
  #hidden: string | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  read(): void {
    const { tokens } = this.#findings;
    for (let at = 0; at < tokens.count; at++) {
      if (tokens.has(at, FIRST) || tokens.type(at - 1) === 59) this.#readLine(at);
      if (tokens.name(at) === FILE && this.#findings.text(at - 4, at - 1).startsWith("if")) {
        this.#findings.isEntryPoint = true;
      }
    }
  }

  #readLine(start: number): void {
    const { tokens, scanner } = this.#findings;
    if (tokens.has(start, FIRST)) {
      const place = tokens.start(start);
      this.#scopes.enter(place - 1 - scanner.text.lastIndexOf("\n", place - 1));
    }
    const name = tokens.name(start);
    const isBeforeMethod = tokens.name(start + 1) === DEF && !tokens.has(start + 1, FIRST);
    const isPrefix = visibilities.has(name) && isBeforeMethod;
    const at = isPrefix ? start + 1 : start;
    if (tokens.name(at) === DEF) this.#readMethod(at, isPrefix ? !hiding.has(name) : undefined);
    else if (name === CLASS || name === MODULE) this.#readType(at);
    else if (visibilities.has(name)) this.#readVisibility(at, name);
    else if (name === REQUIRE || name === RELATIVE || name === LOAD) this.#readRequire(at);
    else if (name === AUTOLOAD) this.#readAutoload(at);
    else if (attributes.has(name)) this.#readAttributes(at);
    else if (name >= names.reserved) this.#readConstant(at);
  }

  #readMethod(at: number, said: boolean | undefined): void {
    const { tokens } = this.#findings;
    const { container, isVisible } = this.#scopes;
    const isOwn = tokens.type(at + 2) === 46 && tokens.type(at + 1) === WORD;
    const name = isOwn ? at + 3 : at + 1;
    if (tokens.type(name) === WORD && isVisible) {
      const kind = container === undefined ? "function" : "method";
      const exported = said ?? (isOwn || this.#hidden !== (container ?? ""));
      this.#findings.define(name, kind, { exported, container });
    }
    // A method without an end has nothing indented below it, and so is left at the next line.
    this.#scopes.open("function", "");
  }

  #readType(at: number): void {
    const { tokens } = this.#findings;
    if (tokens.type(at + 1) !== WORD || tokens.name(at + 1) === SELF) return;
    let last = at + 1;
    while (tokens.type(last + 1) === 58 && tokens.type(last + 2) === 58) last += 3;
    const name = this.#findings.text(at + 1, last).replaceAll("::", ".");
    const { container, isVisible } = this.#scopes;
    const kind = tokens.name(at) === CLASS ? "class" : "module";
    const where = { exported: true, container };
    if (isVisible && last === at + 1) this.#findings.define(last, kind, where);
    else if (isVisible) this.#findings.addDefinition(name, kind, tokens.line(at + 1), where);
    this.#scopes.open("class", name);
    this.#hidden = undefined;
  }

  #readVisibility(at: number, name: number): void {
    const isAlone = this.#findings.tokens.has(at + 1, FIRST);
    if (!isAlone) return;
    const container = this.#scopes.container ?? "";
    if (hiding.has(name)) this.#hidden = container;
    else if (name === PUBLIC) this.#hidden = undefined;
  }

  #readRequire(at: number): void {
    const { tokens } = this.#findings;
    const string = tokens.type(at + 1) === 40 ? at + 2 : at + 1;
    if (tokens.type(string) !== STRING) return;
    const path = this.#findings.quoted(string);
    const isRelative = tokens.name(at) === RELATIVE && !path.startsWith(".");
    this.#findings.addImport(isRelative ? `./${path}` : path, at, "require");
  }

  #readAutoload(at: number): void {
    const { tokens } = this.#findings;
    for (let string = at + 1; string < at + 6; string++) {
      if (tokens.type(string) !== STRING) continue;
      this.#findings.addImport(this.#findings.quoted(string), at, "dynamic");
      return;
    }
  }

  #readAttributes(start: number): void {
    const { tokens } = this.#findings;
    const { container } = this.#scopes;
    const exported = this.#hidden !== (container ?? "");
    for (let at = start + 1; tokens.type(at) === 58 && tokens.type(at + 1) === WORD; at += 3) {
      this.#findings.define(at + 1, "variable", { exported, container });
    }
  }

  #readConstant(at: number): void {
    const { tokens } = this.#findings;
    if (tokens.type(at + 1) !== 61 || tokens.type(at + 2) === 61 || tokens.type(at + 2) === 126)
      return;
    const { container, isVisible } = this.#scopes;
    if (!isVisible || !/^[A-Z]/.test(this.#findings.word(at))) return;
    this.#findings.define(at, "variable", { exported: true, container });
  }
}
