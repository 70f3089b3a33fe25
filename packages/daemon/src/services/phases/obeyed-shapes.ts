import type { Language } from "../../insight/lex/index.ts";
import type { CommentLine } from "./comment-lines.ts";

/** Obeyed wherever they stand in a comment. */
const anywhere: readonly RegExp[] = [
  // What minifiers, linters and generators look for: `#__PURE__`, `NOLINT`, `eslint-disable-line`.
  /[@#]__\w+__/,
  /@(?:license|preserve|cc_on)\b/,
  /\bNO(?:LINT|SONAR|PMD|QA|SEC|COVER|FORMAT|CHECKSTYLE)/,
  /\b(?:LCOV|GCOVR?|GRCOV)_EXCL/,
  /\b(?!re-)[\w.]{1,40}[-:](?:disable|enable|[Ii]gnore|suppress|nocheck|skip)(?![a-z])/,
  /\b(?:disable|enable|skip-file|ignore|source(?:Mapping)?URL)\s*=/,
  /-\*-/,
  /\bfalls?[ \t-]*thr(?:ough|u)\b/i,
  /<auto-?generated\b|\bcode generated\b.*\bdo not edit\b/i,
];

/** Obeyed where a comment begins with them. */
const beginnings: readonly RegExp[] = [
  // A mark that is glued to what follows: `+build`, `%%`, `:nodoc:`.
  /^[+!:%#]\S/,
  // A name and what it is set to: `phpcs:ignore`, `CHECKSTYLE:OFF`, `language=sql`.
  /^[A-Za-z][\w.-]*:(?![\s/:]|$)/,
  /^[\w.-]+\s*=(?!=)/,
  /^SPDX-[\w-]+:/,
  /^(?!(?:TODO|FIXME|HACK|XXX|NOTE|BUG|WARNING|SAFETY|MARK|PERF)\b)[A-Z][A-Z0-9_]+(?::|$)/,
  /^(?:deprecated|output|unordered output):/i,
  // Words of tools: `clang-format off`, `noqa`, `c8 ignore next`, `Stryker disable all`.
  /^\w+(?:-\w+)*-(?:lint|fmt|format|strict|unsafe|fixme|file|cov)\b/,
  /^(?:noqa|nosec|nocov|nolint|nosemgrep|noinspection|nopep8|nopycln|skipcq|pragma)\b/i,
  /^lint\s+[-+!]/,
  /^(?:istanbul|[cv]8|eslint|js[hl]int|jscs|Stryker|ReSharper|IWYU|sourcery)\b/,
  /^\w+ (?:ignore|disable|enable|restore)(?:$| (?:next|start|stop|end|file|line|once|if|else)\b)/,
];

const ofLanguage: Partial<Record<Language, { anywhere?: RegExp; beginning?: RegExp }>> = {
  typescript: { beginning: /^(?:\$[A-Z]|<\w)|^(?:globals?|exported) \w/ },
  javascript: { beginning: /^(?:\$[A-Z]|<\w)|^(?:globals?|exported) \w/ },
  python: { anywhere: /coding[:=]/ },
  ruby: { anywhere: /coding[:=]/ },
  // Either goes on as code: the line below, or what is behind the end of PHP.
  c: { anywhere: /\\\s*$/ },
  cpp: { anywhere: /\\\s*$/ },
  php: { anywhere: /\?>/ },
};

/** Whether a line is shaped like what a tool obeys, by itself. */
export function hasObeyedShape(language: Language, line: CommentLine): boolean {
  const said = line.content.trim();
  if (/^[-=*#/_~+.<>\s]*$/.test(said)) return false;
  const own = ofLanguage[language] ?? {};
  if (hasOne([...anywhere, own.anywhere], said)) return true;
  const shapes = [...beginnings, own.beginning, pairs(language)];
  // To many tools a second opener begins a comment as well.
  const [first = "", ...others] = said.split(/\s(?:#|\/\/)+\s*/);
  if (others.some((part) => hasOne(shapes, part))) return true;
  return line.isGlued || (line.isFirst && hasOne(shapes, first));
}

function hasOne(shapes: readonly (RegExp | undefined)[], said: string): boolean {
  return shapes.some((shape) => shape?.test(said));
}

/** `fmt: off`; to Go's tools only what has no space is such a pair. */
function pairs(language: Language): RegExp | undefined {
  return language === "go" ? undefined : /^[a-z][\w.-]*:(?:\s|$)/;
}

/** Tags whose words are for people; all others may have a tool that reads them. */
const proseTags = new Set(
  (
    "param parameter arg argument tparam return returns retval throw throws exception raise yields " +
    "yieldparam yieldreturn option example see sa since author version summary description desc brief " +
    "details remarks note warning todo pre post invariant copyright link linkcode linkplain code " +
    "literal inheritDoc inheritdoc defaultValue apiNote implNote implSpec receiver category"
  ).split(" "),
);

/**
 * The tags of a line in their order: those that only people read, and those that tools may obey.
 */
export function tagsOf(language: Language, { content }: CommentLine): ("prose" | "obeyed")[] {
  const tag = /(?<![\w`"'./])@(!?[A-Za-z][\w-]{0,60})(?![\w-]{0,60}[/.])/g;
  return [...content.matchAll(tag)].flatMap(({ index, 0: { length }, 1: name = "" }) => {
    const before = content.slice(0, index).trim();
    const rest = content.slice(index + length);
    const isProse = proseTags.has(name) && !isTyped(language, name, rest);
    if (isProse && before.endsWith("{")) return [];
    const isHead = before === "" || before === "{";
    if (!isHead && !isTagWithin(language, name)) return [];
    return [isProse ? "prose" : "obeyed"];
  });
}

/** Whether a tag counts that has words before it; a capital begins the name of a decorator. */
function isTagWithin(language: Language, name: string): boolean {
  return language === "php" || (isScript(language) && !/^[A-Z]/.test(name));
}

/** Whether a tool checks code by the type that a tag gives. */
function isTyped(language: Language, name: string, rest: string): boolean {
  if (language === "javascript") return /^\s*[{[]/.test(rest);
  if (language !== "php") return false;
  return /^(?:returns?|throws?)$/.test(name) || (name === "param" && !/^\s+\$/.test(rest));
}

export function isScript(language: Language): boolean {
  return language === "typescript" || language === "javascript";
}
