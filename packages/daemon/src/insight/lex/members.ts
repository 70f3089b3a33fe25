import type { Findings } from "./findings.ts";
import { ARROW, WORD } from "./tokens.ts";
import type { DefinitionKind } from "./types.ts";
import { afterAngles, afterValue, deepest, joined } from "./walk.ts";

/** What differs between the languages whose members are `modifiers Type name(…) { … }`. */
export interface MemberLanguage {
  /** Words before the name of a type, as `class` and `record`. */
  readonly types: ReadonlyMap<number, DefinitionKind>;
  /** Types whose bodies begin with a list of names. */
  readonly enumeration: number;
  /** Words that make what they stand before visible to other files. */
  readonly visible: ReadonlySet<number>;
  readonly hidden: ReadonlySet<number>;
  /** Whether members without such a word are visible. */
  readonly visibleByDefault: boolean;
  /** Types whose members are visible unless said otherwise. */
  readonly openTypes: ReadonlySet<DefinitionKind>;
  /** Words that begin no declaration, up to the end of what they begin. */
  readonly skipped: ReadonlySet<number>;
  /** Reads a declaration that only this language has; undefined if there is none at `at`. */
  special?(reader: MemberReader, at: number, place: Place): number | undefined;
}

export interface Place {
  readonly container?: string | undefined;
  /** The name and kind of the innermost type, whose constructors are no methods. */
  readonly owner?: { readonly name: string; readonly kind: DefinitionKind };
  readonly end: number;
  readonly depth: number;
}

/** Reads the declarations of a file and of the types in it. */
export class MemberReader {
  readonly findings: Findings;
  readonly #language: MemberLanguage;

  constructor(findings: Findings, language: MemberLanguage) {
    this.findings = findings;
    this.#language = language;
  }

  readAll(): void {
    const end = this.findings.tokens.count;
    this.readList(0, { end, depth: deepest });
  }

  readList(from: number, place: Place): void {
    for (let at = from; at < place.end && place.depth > 0; ) {
      at = Math.max(this.#readOne(at, place), at + 1);
    }
  }

  /** Reads a body in braces; gives the token after it. */
  readBody(open: number, place: Omit<Place, "end">): number {
    const { tokens } = this.findings;
    if (tokens.type(open) !== 123) return open + 1;
    this.readList(open + 1, { ...place, end: tokens.link(open), depth: place.depth - 1 });
    return tokens.after(open);
  }

  #readOne(start: number, place: Place): number {
    const { tokens } = this.findings;
    const special = this.#language.special?.(this, start, place);
    if (special !== undefined) return special;
    for (let at = start; at < place.end; ) {
      const type = tokens.type(at);
      if (type === WORD) {
        const kind = this.#language.types.get(tokens.link(at));
        if (kind !== undefined && tokens.type(at + 1) === WORD && !this.#isName(at + 1)) {
          return this.#readType(start, at, kind, place);
        }
        if (this.#language.skipped.has(tokens.link(at))) return this.#afterDeclaration(at, place);
        at++;
      } else if (type === 64) at = this.#afterAnnotation(at);
      else if (type === 60) at = afterAngles(tokens, at);
      else if (type === 91) at = tokens.after(at);
      else if (type === 40) {
        const name = this.#nameBefore(at, start);
        if (name >= 0 && at > start) return this.#readMethod(start, name, at, place);
        at = tokens.after(at);
      } else if (type === 61 || type === ARROW || type === 44 || type === 59 || type === 123) {
        return this.#readFields(start, at, place);
      } else at++;
    }
    return place.end;
  }

  /** Whether a word after `record` or the like shows that it was a name: `record = 1`. */
  #isName(at: number): boolean {
    return this.#language.types.has(this.findings.tokens.link(at));
  }

  #afterAnnotation(at: number): number {
    const { tokens } = this.findings;
    if (tokens.type(at + 1) !== WORD || this.#language.types.has(tokens.link(at + 1)))
      return at + 1;
    let next = at + 2;
    while (tokens.type(next) === 46) next += 2;
    return tokens.type(next) === 40 ? tokens.after(next) : next;
  }

  /** The word before a parenthesis or an end, with what may stand between passed. */
  #nameBefore(at: number, start: number): number {
    const { tokens } = this.findings;
    let name = at - 1;
    while (name > start && tokens.type(name) === 93) name = tokens.link(name) - 1;
    if (tokens.type(name) === 62) {
      let depth = 0;
      for (; name > start; name--) {
        if (tokens.type(name) === 62) depth++;
        else if (tokens.type(name) === 60 && --depth === 0) break;
      }
      name--;
    }
    const { reserved } = this.findings.scanner.lexicon.names;
    return name >= start && tokens.name(name) >= reserved ? name : -1;
  }

  #readType(start: number, word: number, kind: DefinitionKind, place: Place): number {
    const { findings } = this;
    const { tokens } = findings;
    const name = findings.word(word + 1);
    const exported = this.#isVisible(start, word, place);
    findings.define(word + 1, kind, { exported, container: place.container });
    let open = word + 2;
    while (open < place.end && tokens.type(open) !== 123 && tokens.type(open) !== 59) {
      open = tokens.type(open) === 60 ? afterAngles(tokens, open) : tokens.after(open);
    }
    const container = joined(place.container, name);
    const inner = { container, owner: { name, kind }, depth: place.depth };
    if (tokens.type(open) !== 123) return open + 1;
    if (tokens.name(word) !== this.#language.enumeration) return this.readBody(open, inner);
    const after = this.#readConstants(open, container, exported);
    this.readList(after, { ...inner, end: tokens.link(open), depth: place.depth - 1 });
    return tokens.after(open);
  }

  /** Reads an enumeration's constants; gives the token after the semicolon that ends them. */
  #readConstants(open: number, container: string, exported: boolean): number {
    const { tokens } = this.findings;
    const close = tokens.link(open);
    let isName = true;
    for (let at = open + 1; at < close; ) {
      const type = tokens.type(at);
      if (type === 59) return at + 1;
      if (type === 64) {
        at = this.#afterAnnotation(at);
        continue;
      }
      if (isName && type === WORD) {
        this.findings.define(at, "variable", { exported, container });
        isName = false;
      } else if (type === 44) isName = true;
      at = tokens.after(at);
    }
    return close;
  }

  #readMethod(start: number, name: number, open: number, place: Place): number {
    const { owner, container } = place;
    const isConstructor = owner !== undefined && this.findings.word(name) === owner.name;
    if (!isConstructor && name > start) {
      const kind = container === undefined ? "function" : "method";
      this.findings.define(name, kind, {
        exported: this.#isVisible(start, name, place),
        container,
      });
    }
    return this.#afterDeclaration(this.findings.tokens.after(open), place);
  }

  #afterDeclaration(from: number, place: Place): number {
    const { tokens } = this.findings;
    for (let at = from; at < place.end; at = tokens.after(at)) {
      if (tokens.type(at) === 59) return at + 1;
      if (tokens.type(at) === 123) return tokens.after(at);
      if (tokens.type(at) === ARROW || tokens.type(at) === 61) {
        return afterStatement(this.findings, at, place.end);
      }
    }
    return place.end;
  }

  /** Reads `int a, b[] = {1};` and C#'s `int A { get; set; } = 1;` from what follows the first name. */
  #readFields(start: number, first: number, place: Place): number {
    const { tokens } = this.findings;
    let name = this.#nameBefore(first, start);
    if (name <= start)
      return tokens.type(first) === 123
        ? tokens.after(first)
        : afterStatement(this.findings, first, place.end);
    const exported = this.#isVisible(start, name, place);
    const { container } = place;
    for (let at = first; ; ) {
      if (name >= 0) this.findings.define(name, "variable", { exported, container });
      if (tokens.type(at) === 123) return this.#afterProperty(at, place);
      at = afterValue(tokens, at, place.end);
      if (tokens.type(at) !== 44) return at + 1;
      name = tokens.type(at + 1) === WORD ? at + 1 : -1;
      at += 1;
      while (at < place.end && ![61, 44, 59, 123].includes(tokens.type(at))) at = tokens.after(at);
    }
  }

  #afterProperty(open: number, place: Place): number {
    const { tokens } = this.findings;
    const at = tokens.after(open);
    return tokens.type(at) === 61 ? afterStatement(this.findings, at, place.end) : at;
  }

  #isVisible(start: number, end: number, place: Place): boolean {
    const { tokens } = this.findings;
    for (let at = start; at < end; at = tokens.after(at)) {
      const name = tokens.name(at);
      if (this.#language.visible.has(name)) return true;
      if (this.#language.hidden.has(name)) return false;
    }
    if (place.owner === undefined) return this.#language.visibleByDefault;
    return this.#language.openTypes.has(place.owner.kind);
  }
}

/** The token after the semicolon that ends what begins here. */
export function afterStatement({ tokens }: Findings, from: number, end: number): number {
  let at = from;
  while (at < end && tokens.type(at) !== 59) at = tokens.after(at);
  return at + 1;
}
