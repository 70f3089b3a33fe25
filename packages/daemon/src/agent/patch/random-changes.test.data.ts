import {
  below,
  type Case,
  type Change,
  type Edit,
  type Mutation,
  pick,
  type Random,
  seededRandom,
} from "./mutations.test.data.ts";
import { samples } from "./samples.test.data.ts";

/** As many cases of a mutation as asked for, the same in every run. */
export function* casesOf(
  mutation: Mutation,
  count: number,
  texts: readonly string[] = Object.values(samples),
): Generator<Case> {
  const random = seededRandom(20_260);
  for (let made = 0; made < count; ) {
    const next = mutation({ ...randomChange(random, pick(random, texts)), random });
    if (next === undefined || next.before === next.after) continue;
    made += 1;
    yield next;
  }
}

function randomChange(random: Random, text: string): Change {
  const lines = text.trimEnd().split("\n");
  const edit = randomEdit(random, lines);
  const later = edit.start + edit.removed + 1 + below(random, 6);
  if (later >= lines.length) return { lines, edits: [edit] };
  const after = randomEdit(random, lines.slice(0, later + 1));
  return { lines, edits: [edit], next: [{ ...after, start: later, removed: 1 }] };
}

function randomEdit(random: Random, lines: readonly string[]): Edit {
  const start = below(random, lines.length);
  const kind = pick(random, ["replace", "replace", "insert", "insert", "delete"]);
  const removed = kind === "insert" ? 0 : Math.min(1 + below(random, 3), lines.length - start);
  if (kind === "delete") return { start, removed, added: [] };
  const source = kind === "replace" ? start : below(random, lines.length);
  const added = lines
    .slice(source, source + 1 + below(random, 4))
    .map((line) => reworded(random, line));
  return { start, removed, added };
}

function reworded(random: Random, line: string): string {
  const number = below(random, 100);
  return line.replace(/\w+(?=\W*$)/, (word) => `${word}${number}`);
}
