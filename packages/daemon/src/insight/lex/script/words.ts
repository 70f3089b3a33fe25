import { Names } from "../names.ts";

/** After these an expression begins, so that a slash is a regular expression's. */
const operators =
  "return typeof case in delete void throw new instanceof do else yield await default extends";
const others =
  "if for while with break catch class const continue debugger enum export false finally " +
  "function import null super switch this true try var let";
/** Words of the language in some places only, and names in all others. */
const contextual =
  "of as from type interface namespace module global declare abstract async static readonly " +
  "public private protected override accessor get set require exports using is satisfies keyof " +
  "infer unique asserts constructor out";

export const names = new Names(`${operators} ${others}`.split(" "), contextual.split(" "));

/** Names below this are the words after which an expression begins. */
export const operatorWords = operators.split(" ").length;

/** Some of the words that have a number from the start; looked up quicker than in a set. */
export class WordSet {
  readonly #members = new Uint8Array(names.size);

  constructor(words: readonly number[]) {
    for (const word of words) this.#members[word] = 1;
  }

  has(name: number): boolean {
    return name >= 0 && name < this.#members.length && this.#members[name] === 1;
  }
}

export const EXTENDS = names.of("extends");
export const RETURN = names.of("return");
export const IN = names.of("in");
export const INSTANCEOF = names.of("instanceof");
export const DEFAULT = names.of("default");
export const CASE = names.of("case");
export const DO = names.of("do");
export const ELSE = names.of("else");
export const NEW = names.of("new");
export const TYPEOF = names.of("typeof");
export const IF = names.of("if");
export const FOR = names.of("for");
export const WHILE = names.of("while");
export const WITH = names.of("with");
export const CATCH = names.of("catch");
export const FINALLY = names.of("finally");
export const TRY = names.of("try");
export const CLASS = names.of("class");
export const CONST = names.of("const");
export const VAR = names.of("var");
export const LET = names.of("let");
export const ENUM = names.of("enum");
export const EXPORT = names.of("export");
export const FUNCTION = names.of("function");
export const IMPORT = names.of("import");
export const OF = names.of("of");
export const AS = names.of("as");
export const FROM = names.of("from");
export const TYPE = names.of("type");
export const INTERFACE = names.of("interface");
export const NAMESPACE = names.of("namespace");
export const MODULE = names.of("module");
export const GLOBAL = names.of("global");
export const DECLARE = names.of("declare");
export const ABSTRACT = names.of("abstract");
export const ASYNC = names.of("async");
export const STATIC = names.of("static");
export const GET = names.of("get");
export const SET = names.of("set");
export const REQUIRE = names.of("require");
export const EXPORTS = names.of("exports");
export const USING = names.of("using");
export const AWAIT = names.of("await");
export const IS = names.of("is");
export const SATISFIES = names.of("satisfies");
export const KEYOF = names.of("keyof");
export const INFER = names.of("infer");
export const UNIQUE = names.of("unique");
export const ASSERTS = names.of("asserts");
export const READONLY = names.of("readonly");
export const CONSTRUCTOR = names.of("constructor");

/** Words that may stand before the name of a class's member. */
export const memberModifiers: ReadonlySet<number> = new Set(
  "public private protected static readonly abstract override declare accessor async get set"
    .split(" ")
    .map((word) => names.of(word)),
);
