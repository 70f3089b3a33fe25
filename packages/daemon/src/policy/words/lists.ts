import { CommandPrefix, PolicyHost, PolicyTarget } from "@heddle/protocol";
import { NotUnderstood, type Reader } from "./reader.ts";
import type { Token } from "./tokens.ts";

/** One or more of something: `a`, `a and b`, `a, b or c`. */
export function listOf<T>(
  reader: Reader,
  read: (reader: Reader) => T | undefined,
  what: string,
): [T, ...T[]] {
  const first = read(reader);
  if (first === undefined) throw reader.stuck(what);
  return [first, ...following(reader, read)];
}

/** What follows the first thing of a list. */
export function following<T>(reader: Reader, read: (reader: Reader) => T | undefined): T[] {
  const found: T[] = [];
  for (;;) {
    const more = reader.try(() => {
      const comma = reader.eat(",");
      return reader.eat("and", "or") || comma ? read(reader) : undefined;
    });
    if (more === undefined) return found;
    found.push(more);
  }
}

/** A path or pattern. Without quotation marks it has to look like one, unless it is announced. */
export function pathOf(reader: Reader, announced: boolean): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    if (token === undefined || token.word === ",") return undefined;
    const isPath = token.quoted || /[/.*]/.test(token.text);
    if (!isPath && !(announced && isName(token))) return undefined;
    return checkedPath(token.text.replace(/^\.\/(?=.)/, ""));
  });
}

function checkedPath(text: string): string {
  const target = { type: "change", paths: [text] };
  if (PolicyTarget.safeParse(target).success) return text;
  const outside = /^[/~]|(^|\/)\.\.(\/|$)/.test(text);
  throw new NotUnderstood(
    outside
      ? `"${text}" is outside of the project; say "files outside the worktree" for what is not in it`
      : `"${text}" is no path or pattern such as src/ or '*.sql'`,
  );
}

/** Words that nobody means as a name, unless they stand in quotation marks. */
const grammarWords = new Set(
  "a an and any all anything are as at be before between but by changes command commands do each every everything except file files for from if in is it its line lines me more my never no not of on or other outside over permission than that the their them there these this those to too unattended attended unless until us when where which while with without you your".split(
    " ",
  ),
);

export function isName({ text, word, quoted }: Token): boolean {
  return quoted || (/^[\w.@%+=:/*-]+$/.test(text) && !grammarWords.has(word));
}

/** The paths that follow "in", "outside" and the like: the first may be a bare name. */
export function pathsOf(reader: Reader): string[] {
  const first = pathOf(reader, true);
  if (first === undefined) throw reader.stuck("a path or pattern such as src/");
  reader.eat("folder", "directory");
  return [first, ...following(reader, (from) => pathOf(from, false))];
}

/** Beginnings of commands: where the first stands in quotation marks, so do the others. */
export function commandsOf(reader: Reader): CommandPrefix[] {
  const quoted = reader.next?.quoted === true;
  const next = (from: Reader) =>
    quoted && from.next?.quoted !== true ? undefined : commandOf(from);
  return listOf(reader, next, "a command such as 'git push'");
}

/** How a command begins: in quotation marks, or as one bare word or several that look like it. */
function commandOf(reader: Reader): CommandPrefix | undefined {
  const first = reader.next;
  if (first === undefined || first.word === "," || !isName(first)) return undefined;
  reader.take();
  if (first.quoted) return checkedCommand(first.text.trim().split(/\s+/));
  const words = [first.text];
  while (reader.next && !reader.next.quoted && !atEndOfCommand(reader)) {
    const token = reader.take() as Token;
    if (!isName(token)) {
      const whole = [...words, token.text].join(" ");
      throw new NotUnderstood(`put the command into quotation marks: '${whole}'`);
    }
    words.push(token.text);
  }
  return checkedCommand(words);
}

function atEndOfCommand(reader: Reader): boolean {
  return reader.sees(
    ",",
    "and",
    "or",
    "except",
    "unless",
    "between",
    "on",
    "while",
    "when",
    "without",
    "commands",
    "outside",
    "please",
  );
}

function checkedCommand(words: readonly string[]): CommandPrefix {
  const parsed = CommandPrefix.safeParse(words);
  if (parsed.success) return parsed.data;
  throw new NotUnderstood(`"${words.join(" ")}" is no beginning of a command such as 'git push'`);
}

const hostPattern = /^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d{1,5})?$|^localhost(?::\d{1,5})?$/;

export function hostOf(reader: Reader): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    const host = token?.text.toLowerCase().replace(/^https?:\/\/([^/]+)\/?$/, "$1") ?? "";
    if (!token?.quoted && !hostPattern.test(host)) return undefined;
    if (PolicyHost.safeParse(host).success) return host;
    throw new NotUnderstood(`"${host}" is no host such as example.org or example.org:443`);
  });
}
