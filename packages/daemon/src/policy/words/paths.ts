import { PolicyTarget } from "@heddle/protocol";
import { isCertainlyHost } from "./hosts.ts";
import { following, isName } from "./lists.ts";
import { NotUnderstood, type Reader } from "./reader.ts";
import type { Token } from "./tokens.ts";

/** A path or pattern. Without quotation marks it has to look like one. */
export function pathOf(reader: Reader): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    if (token === undefined || token.word === ",") return undefined;
    if (!token.quoted && !/[/.*]/.test(token.text)) return undefined;
    const path = checkedPath(token);
    if (path.endsWith("/")) reader.eat("folder", "directory");
    return path;
  });
}

/** Paths of which the first stands here, and the others behind it. */
export function pathsFrom(reader: Reader): [string, ...string[]] | undefined {
  const first = pathOf(reader);
  return first === undefined ? undefined : [first, ...following(reader, pathOf)];
}

const folderWords = ["the folder", "the folders", "the directory", "folder", "directory"];
const fileWords = ["the file", "files named", "files called"];

/** The paths that follow "in", "outside" and the like; a bare name has to be said to be one. */
export function pathsOf(reader: Reader): [string, ...string[]] {
  const folder = reader.eat(...folderWords) !== undefined;
  const named = !folder && reader.eat(...fileWords) !== undefined;
  const bare = folder || named ? namedPath(reader, folder) : undefined;
  if (bare !== undefined) return [bare, ...following(reader, pathOf)];
  reader.eat("files in", "the files", "files", "file");
  const paths = pathsFrom(reader);
  if (paths) return paths;
  const { next } = reader;
  if (next === undefined || !isName(next)) throw reader.stuck("a path or pattern such as src/");
  throw new NotUnderstood(
    `"${next.text}" can mean many things; say ${next.text}/ for a folder, '${next.text}' for a file of that name, or a pattern such as '*.sql'`,
  );
}

/** A name without a path, of which the words before tell what it is. */
export function namedPath(reader: Reader, folder: boolean): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    if (token === undefined || token.word === "," || !isName(token)) return undefined;
    const path = checkedPath(token);
    return folder && !/[/*]$/.test(path) ? `${path}/` : path;
  });
}

function checkedPath(token: Token): string {
  const { text } = token;
  const why = oddPath(text) ?? (token.quoted ? undefined : oddBarePath(text));
  if (why !== undefined) throw new NotUnderstood(`"${text}" ${why}`);
  const path = rooted(text);
  if (PolicyTarget.safeParse({ type: "change", paths: [path] }).success) return path;
  throw new NotUnderstood(`"${text}" is no path or pattern such as src/ or '*.sql'`);
}

/** `./src/` is `/src/`, as in `.gitignore`; a slash within anchors a path by itself. */
export function rooted(text: string): string {
  const path = text.replace(/^\.\//, "/");
  return /^\/.*[^/]\/[^/]/.test(path) ? path.slice(1) : path;
}

const systemFolders =
  /^\/(?:etc|home|usr|var|tmp|root|opt|s?bin|lib\d*|dev|proc|sys|mnt|media|srv|boot|run|users|library|system|applications|volumes|private)(?:\/|$)/i;

/**
 * Why nobody can mean this as a path or pattern, with what to say; undefined where somebody can.
 */
export function oddPath(text: string): string | undefined {
  if (/^~|(?:^|\/)\.\.(?:\/|$)/.test(text) || systemFolders.test(text)) {
    const within = text.startsWith("/") ? `, or .${text} for what is` : "";
    return `is outside of the project; say "files outside the worktree" for what is not in it${within}`;
  }
  if (/[{}]/.test(text)) return "has braces, which no pattern has; name each by itself";
  if (/[[\]]/.test(text)) return "has brackets, which no pattern has; a ? stands for any character";
  if (/,|[/*]\s|\s[/*]|\.[a-z]\w*\s/i.test(text)) {
    return "looks like several; put each into quotation marks of its own, with a ? for a space";
  }
  const isOdd = /[“”„‘’«»‹›<>|;&]|^\(.*\)$|\$[A-Z(]|\/\/|(?:^|\/)\.(?:\/|$)|[！-～]/;
  return isOdd.test(text.replace(/^\.\/(?=.)/, ""))
    ? "is no path or pattern such as src/ or '*.sql'"
    : undefined;
}

const products =
  /^(?:node|vue|next|nuxt|three|d3|express|react|ember|alpine|chart|moment|discord|angular|backbone)\.js$|^socket\.io$|^(?:asp)?\.net$/i;
const phrases = /^(?:and\/or|ci\/cd|i\/o|n\/a|tcp\/ip|read\/write|on\/off|e\.g|i\.e)$/i;

/** Why a word may be no path where it stands without quotation marks. */
export function oddBarePath(text: string): string | undefined {
  const isOdd = !/^[\p{L}\p{M}\p{N}_@+~*./-]+$/u.test(text) || /[^/]\.$|^\.+$/.test(text);
  const isOther = [products, phrases, /^[A-Z]+\/[A-Z]+$/, /^v?\d+(?:\.(?:\d+|x|\*))*$/i];
  if (!isOdd && !isCertainlyHost(text) && !isOther.some((pattern) => pattern.test(text))) {
    return undefined;
  }
  return isOdd
    ? "is no path or pattern such as src/ or '*.sql'; put an unusual one into quotation marks"
    : `need not be a file; put it into quotation marks if it is: '${text}'`;
}
