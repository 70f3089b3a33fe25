/**
 * The matcher that most programs use for V4A patches, written for comparison: it moves down the
 * file, takes the first place that matches exactly, then without trailing whitespace, then without
 * any around the line, then with plain punctuation, and writes the patch's lines over the file's.
 * Undefined when a hunk has no place.
 */
export function applyUsually(patch: string, before: string): string | undefined {
  const file = before.split("\n");
  if (file.at(-1) === "") file.pop();
  const result: string[] = [];
  let at = 0;
  for (const hunk of readHunks(patch)) {
    const below = findHeaders(file, hunk.headers, at);
    if (below === undefined) return undefined;
    const place = hunk.old.length === 0 ? file.length : findLines(file, hunk.old, below);
    if (place === undefined) return undefined;
    result.push(...file.slice(at, place), ...hunk.new);
    at = place + hunk.old.length;
  }
  result.push(...file.slice(at));
  return result.map((line) => `${line}\n`).join("");
}

interface UsualHunk {
  readonly headers: string[];
  readonly old: string[];
  readonly new: string[];
}

function readHunks(patch: string): UsualHunk[] {
  const hunks: UsualHunk[] = [];
  let inHeaders = false;
  for (const line of patch.split("\n").filter((text) => !text.startsWith("*** "))) {
    const isHeader = line.startsWith("@@");
    if (isHeader && !inHeaders) hunks.push({ headers: [], old: [], new: [] });
    inHeaders = isHeader;
    const hunk = hunks.at(-1);
    if (isHeader) hunk?.headers.push(...[line.slice(3)].filter((text) => text !== ""));
    if (line.startsWith(" ") || line.startsWith("-")) hunk?.old.push(line.slice(1));
    if (line.startsWith(" ") || line.startsWith("+")) hunk?.new.push(line.slice(1));
  }
  return hunks;
}

function findHeaders(
  file: readonly string[],
  headers: readonly string[],
  from: number,
): number | undefined {
  let at = from;
  for (const header of headers) {
    const found = findLines(file, [header], at);
    if (found === undefined) return undefined;
    at = found + 1;
  }
  return at;
}

const plain = (text: string): string =>
  text
    .trim()
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201b]/g, "'")
    .replace(/[\u201c-\u201f]/g, '"')
    .replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");

const tiers: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.trimEnd(),
  (text) => text.trim(),
  plain,
];

function findLines(
  file: readonly string[],
  wanted: readonly string[],
  from: number,
): number | undefined {
  for (const tier of tiers) {
    const keys = wanted.map(tier);
    for (let start = from; start + keys.length <= file.length; start += 1) {
      if (keys.every((key, index) => tier(file[start + index] ?? "") === key)) return start;
    }
  }
  return undefined;
}
