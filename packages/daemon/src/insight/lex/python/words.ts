import { names } from "./lexicon.ts";

export const FROM = names.of("from");
export const IMPORT = names.of("import");
export const AS = names.of("as");
export const DEF = names.of("def");
export const CLASS = names.of("class");
export const ASYNC = names.of("async");
export const LAMBDA = names.of("lambda");
export const ELSE = names.of("else");
export const IF = names.of("if");
export const ELIF = names.of("elif");
export const FOR = names.of("for");
export const WHILE = names.of("while");
export const WITH = names.of("with");
export const TRY = names.of("try");
export const EXCEPT = names.of("except");
export const FINALLY = names.of("finally");
export const AND = names.of("and");
export const OR = names.of("or");
export const CASE = names.of("case");
export const MATCH = names.of("match");
export const TYPE = names.of("type");
export const ALL = names.of("__all__");
export const NAME = names.of("__name__");
export const TYPE_CHECKING = names.of("TYPE_CHECKING");
export const DYNAMIC_IMPORT = names.of("__import__");
export const IMPORT_MODULE = names.of("import_module");

/** Words that begin a block; `match` and `case` do in some places only. */
export const blocks: ReadonlySet<number> = new Set([
  IF,
  ELIF,
  ELSE,
  FOR,
  WHILE,
  WITH,
  TRY,
  EXCEPT,
  FINALLY,
]);
