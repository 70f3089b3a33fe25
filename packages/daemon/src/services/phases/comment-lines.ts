import type { Language } from "../../insight/lex/index.ts";

/** One line of a comment. */
export interface CommentLine {
  /** What its comment begins with: `//`, `///`, `#`. */
  readonly opener: string;
  /** What it says, with the space before it. */
  readonly content: string;
  /** Whether nothing of its comment has been said before it. */
  readonly isFirst: boolean;
  readonly isBlock: boolean;
  /** Whether no space is between its opener and what it says, but for a rule such as `//---`. */
  readonly isGlued: boolean;
}

/** In these a `!` behind the opener makes a comment document what it is in. */
const hasInnerDocs: ReadonlySet<Language> = new Set(["rust", "c", "cpp", "swift"]);

/** The lines of a comment without what encloses them. */
export function linesOf(language: Language, comment: string): CommentLine[] {
  const opening = hasInnerDocs.has(language)
    ? /^(?:\/\/[/!]?<?|\/\*[*!]?<?|#|=begin)/
    : /^(?:\/\/\/?|\/\*\*?|#|=begin)/;
  const [opener = ""] = opening.exec(comment) ?? [];
  const isBlock = opener.startsWith("/*") || opener === "=begin";
  const body = comment.slice(opener.length).replace(isBlock ? /\*\/$|\n=end[^\n]*$/ : /$/, "");
  let isFirst = true;
  return body.split("\n").map((text, at) => {
    const content = isBlock && at > 0 ? text.replace(/^\s*\*(?![/*])/, "") : text;
    const isGlued = at === 0 && /^(?![-=*/#_~]{2})\S/.test(content);
    const line = { opener, content, isFirst, isBlock, isGlued };
    if (content.trim() !== "") isFirst = false;
    return line;
  });
}
