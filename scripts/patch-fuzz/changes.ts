import {
  type Change,
  type Edit,
  joinEdits,
  type Random,
} from "../../packages/daemon/src/agent/patch/mutations.test.data.ts";
import type { FilePair } from "./sources.ts";

export interface SourcedChange extends Change {
  readonly source: string;
}

/** The hunks of all files, each once, in a random order. */
export function changesOf(pairs: readonly FilePair[], random: Random): SourcedChange[] {
  const changes = pairs.flatMap(({ source, text, diff }) => {
    const lines = text.slice(0, -1).split("\n");
    const hunks = joinEdits(diff.edits, 3);
    return hunks.map((edits, index) => ({ source, lines, edits, ...following(hunks[index + 1]) }));
  });
  return shuffled(withoutCopies(changes), random);
}

const following = (next: readonly Edit[] | undefined): { next?: readonly Edit[] } =>
  next ? { next } : {};

// The same change stands in many files of a package: once as source, once as what was made of it.
function withoutCopies(changes: readonly SourcedChange[]): SourcedChange[] {
  const known = new Map(changes.toReversed().map((change) => [identity(change), change]));
  return [...known.values()].toReversed();
}

const identity = ({ lines, edits }: Change): string =>
  JSON.stringify(
    edits.map(({ start, removed, added }) => [lines.slice(start, start + removed), added]),
  );

function shuffled<T>(values: readonly T[], random: Random): T[] {
  return values
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}
