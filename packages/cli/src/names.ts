import { DaemonError } from "@heddle/protocol";
import { usageError } from "./exit.ts";

/** Something that a user may name. */
export interface Candidate {
  readonly id: string;
  /** Other names that mean it: a branch, a path. */
  readonly names: readonly string[];
  /** How it is listed where a name is ambiguous. */
  readonly label: string;
}

const shortest = 3;
const listed = 8;

/** The end of an id: what lists show. The beginning is the time, and alike for neighbours. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** Whether `given` is already an id in full, so that nothing has to be listed. */
export function isFullId(given: string): boolean {
  return /^[a-z]{3,4}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given);
}

/** Finds what the user means, by id or name, or by a part of either that only one has. */
export function pick<Row extends Candidate>(
  what: string,
  given: string,
  candidates: readonly Row[],
): Row {
  const [found, ...others] = matches(given, candidates);
  if (found === undefined) throw new DaemonError("notFound", `no ${what} is called ${given}`);
  if (others.length === 0) return found;
  const some = [found, ...others.slice(0, listed - 1)];
  const more = others.length >= listed ? `\n  … and ${others.length + 1 - listed} more` : "";
  const list = some.map(({ id, label }) => `  ${shortId(id)}  ${label}`).join("\n") + more;
  throw usageError(`${given} may mean several ${what}s; give more of the id:\n${list}`);
}

function matches<Row extends Candidate>(given: string, candidates: readonly Row[]): Row[] {
  const exact = candidates.filter(({ id, names }) => id === given || names.includes(given));
  if (exact.length > 0 || given.length < shortest) return exact;
  const byId = candidates.filter(({ id }) => partOf(id, given.toLowerCase()));
  if (byId.length > 0) return byId;
  return candidates.filter(({ names }) => names.some((name) => name.includes(given)));
}

/** Any part counts: a list shows the end, other places the whole, and people copy what they see. */
function partOf(id: string, given: string): boolean {
  return id.includes(given);
}
