import { slashComment } from "../actions.ts";
import { Names } from "../names.ts";
import { type Lexicon, lexicon, type Scanner } from "../scanner.ts";
import { NEWLINE } from "../tokens.ts";

const keywords =
  "alignas auto break case catch char class const consteval constexpr constinit const_cast continue " +
  "decltype default delete do double dynamic_cast else enum explicit extern false float for friend goto " +
  "if inline int long mutable namespace new noexcept nullptr operator private protected public register " +
  "reinterpret_cast requires return short signed sizeof static static_assert static_cast struct switch " +
  "template this thread_local throw true try typedef typeid typename union unsigned using virtual void " +
  "volatile while";
const others =
  "main include include_next import module define final override L R u U u8 LR uR UR u8R";

export const names = new Names(keywords.split(" "), others.split(" "));

const rawPrefixes = new Set(["R", "LR", "uR", "UR", "u8R"].map((word) => names.of(word)));
const plainPrefixes = new Set(["L", "u", "U", "u8"].map((word) => names.of(word)));

/** What a reader learns of directives, as they are no part of the tokens. */
export interface Directive {
  readonly kind: "include" | "system" | "define";
  readonly text: string;
  readonly line: number;
}

const directives = new WeakMap<Scanner, Directive[]>();

export const directivesOf = (scanner: Scanner): readonly Directive[] =>
  directives.get(scanner) ?? [];

export const c: Lexicon = lexicon(
  names,
  {
    '"': (scanner) => scanner.lineString(34),
    "'": (scanner) => scanner.lineString(39),
    "/": slashComment,
    "#": directive,
  },
  { letters: "$", afterWord: prefixed },
);

/** A string with a prefix; `R"x(…)x"` ends with its own mark only. */
function prefixed(scanner: Scanner, name: number): void {
  const code = scanner.peek(0);
  if (code !== 34 && code !== 39) return;
  const isRaw = rawPrefixes.has(name) && code === 34;
  if (!isRaw && !plainPrefixes.has(name)) return;
  scanner.dropLast();
  if (!isRaw) {
    scanner.lineString(code);
    return;
  }
  const open = scanner.text.indexOf("(", scanner.at);
  const mark = scanner.text.slice(scanner.at + 1, open);
  if (open < 0 || mark.length > 16) scanner.lineString(code);
  else scanner.longString(`)${mark}"`, open + 1, false);
}

/** A preprocessor's line with all that continue it: what it includes or defines is noted. */
function directive(scanner: Scanner): void {
  const { text, line } = scanner;
  let end = text.indexOf("\n", scanner.at);
  while (end > 0 && (text.charCodeAt(end - 1) === 92 || text.slice(end - 2, end) === "\\\r")) {
    end = text.indexOf("\n", end + 1);
  }
  if (end < 0) end = scanner.end;
  const comment = text.slice(scanner.at, end).indexOf("/*");
  const content = text.slice(scanner.at, end);
  note(scanner, content, line);
  scanner.add(NEWLINE, scanner.at, scanner.at);
  // A comment may begin here and go on after the line.
  scanner.passLines(comment < 0 ? end : scanner.at + comment);
}

function note(scanner: Scanner, content: string, line: number): void {
  const include = /^#\s*(include|include_next|import)\s*(?:"([^"\n]+)"|<([^>\n]+)>)/.exec(content);
  const define = include ? null : /^#\s*define\s+(\w+)/.exec(content);
  const known = directives.get(scanner) ?? [];
  directives.set(scanner, known);
  if (include?.[2] !== undefined) known.push({ kind: "include", text: include[2], line });
  else if (include?.[3] !== undefined) known.push({ kind: "system", text: include[3], line });
  else if (define?.[1] !== undefined) known.push({ kind: "define", text: define[1], line });
}
