import type { Findings } from "./findings.ts";
import { WORD } from "./tokens.ts";
import type { DefinitionKind } from "./types.ts";
import { afterAngles, deepest, joined } from "./walk.ts";

/** What differs between the languages in which a word stands before every name: `fun name(…)`. */
export interface KeywordLanguage {
  readonly kinds: ReadonlyMap<number, DefinitionKind>;
  /** Words whose declarations have members in braces. */
  readonly owners: ReadonlySet<number>;
  readonly visible: ReadonlySet<number>;
  readonly hidden: ReadonlySet<number>;
  readonly visibleByDefault: boolean;
  /** The token that names what the word at `at` declares, if it declares something here. */
  nameOf(findings: Findings, at: number): number | undefined;
  special?(findings: Findings, at: number, place: KeywordPlace): number | undefined;
}

export interface KeywordPlace {
  readonly container?: string | undefined;
  readonly end: number;
  readonly depth: number;
}

/** Reads the declarations between braces, or those of a file; bodies of functions are passed. */
export function readKeyworded(findings: Findings, language: KeywordLanguage): void {
  readList(findings, language, 0, { end: findings.tokens.count, depth: deepest });
}

function readList(
  findings: Findings,
  language: KeywordLanguage,
  from: number,
  place: KeywordPlace,
): void {
  const { tokens } = findings;
  let exported: boolean | undefined;
  for (let at = from; at < place.end && place.depth > 0; ) {
    const name = tokens.name(at);
    if (language.visible.has(name)) exported = true;
    else if (language.hidden.has(name)) exported = false;
    const special = language.special?.(findings, at, place);
    if (special !== undefined) {
      at = Math.max(special, at + 1);
      continue;
    }
    const kind = language.kinds.get(name);
    const named = kind === undefined ? undefined : language.nameOf(findings, at);
    if (language.owners.has(name) && tokens.type(at + 1) === 123) {
      // A nameless owner, as Kotlin's companion, whose members are those of the type around it.
      const end = tokens.link(at + 1);
      readList(findings, language, at + 2, { ...place, end, depth: place.depth - 1 });
      at = tokens.after(at + 1);
      continue;
    }
    if (kind === undefined || named === undefined) {
      const type = tokens.type(at);
      if (type === 123 || type === 125 || type === 59) exported = undefined;
      at = tokens.after(at);
      continue;
    }
    const isExported = exported ?? language.visibleByDefault;
    define(findings, named, kind, isExported, place);
    exported = undefined;
    at = language.owners.has(name) ? readOwner(findings, language, named, place) : named + 1;
  }
}

function define(
  findings: Findings,
  at: number,
  kind: DefinitionKind,
  exported: boolean,
  { container }: KeywordPlace,
): void {
  const isMethod = kind === "function" && container !== undefined;
  findings.define(at, isMethod ? "method" : kind, { exported, container });
}

/** Reads the body that follows the head of a type, unless another declaration comes first. */
function readOwner(
  findings: Findings,
  language: KeywordLanguage,
  name: number,
  place: KeywordPlace,
): number {
  const { tokens } = findings;
  for (let at = name + 1; at < place.end; ) {
    const type = tokens.type(at);
    if (type === 123) {
      const container = joined(place.container, findings.word(name));
      const end = tokens.link(at);
      readList(findings, language, at + 1, { container, end, depth: place.depth - 1 });
      return tokens.after(at);
    }
    const starts = type === WORD && language.kinds.has(tokens.link(at)) && tokens.has(at, 1);
    if (type === 59 || type === 125 || starts) return at;
    at = type === 60 ? afterAngles(tokens, at) : tokens.after(at);
  }
  return place.end;
}
