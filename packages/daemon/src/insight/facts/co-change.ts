import type { HistoryFact } from "@heddle/protocol";
import type { LoggedCommit } from "./git-log.ts";
import type { Subject } from "./subject.ts";
import { byText } from "./top.ts";

type CoChange = HistoryFact["coChange"]["rows"][number];

/** A commit of more files says little of what belongs together. */
const filesAtMost = 25;
const togetherAtLeast = 4;
const shareAtLeast = 0.5;

/** Pairs of files that change in the same commits, half of the time or more. */
export function coChangeOf(
  subject: Subject,
  commits: readonly LoggedCommit[],
  counts: (path: string) => boolean,
): CoChange[] {
  const small = commits
    .map(({ changes }) => changes.map(({ path }) => path).filter(counts))
    .filter((paths) => paths.length <= filesAtMost)
    .map((paths) => paths.sort(byText));
  const changes = new Map<string, number>();
  for (const path of small.flat()) changes.set(path, (changes.get(path) ?? 0) + 1);
  // Pairs of what changes rarely are never told, and would be nearly all.
  const often = (path: string) => (changes.get(path) ?? 0) >= togetherAtLeast;
  const pairs = new Map<string, number>();
  for (const paths of small) {
    const told = paths.filter(often);
    for (const [at, path] of told.entries()) {
      for (const other of told.slice(at + 1)) {
        const key = `${path}\0${other}`;
        pairs.set(key, (pairs.get(key) ?? 0) + 1);
      }
    }
  }
  return [...pairs]
    .filter(([, together]) => together >= togetherAtLeast)
    .map(([key, together]) => pairOf(subject, key, together, changes))
    .filter(({ share }) => share >= shareAtLeast)
    .sort(
      (a, b) =>
        Number(a.imports) - Number(b.imports) ||
        b.together - a.together ||
        b.share - a.share ||
        byText(a.path, b.path) ||
        byText(a.other, b.other),
    );
}

function pairOf(
  { index, imports }: Subject,
  key: string,
  together: number,
  changes: ReadonlyMap<string, number>,
): CoChange {
  const [path = "", other = ""] = key.split("\0");
  const fewer = Math.min(changes.get(path) ?? 0, changes.get(other) ?? 0);
  const [a = -1, b = -1] = [index.numberOf(path), index.numberOf(other)];
  const links = (from: number, to: number) =>
    imports[from]?.some((link) => link.to === to) ?? false;
  return { path, other, together, share: together / fewer, imports: links(a, b) || links(b, a) };
}
