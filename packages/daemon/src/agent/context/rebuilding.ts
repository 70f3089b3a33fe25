import type { InputEntry } from "../model-types.ts";
import { environmentOpening } from "./environment.ts";
import { isResult } from "./masking.ts";
import { isNote, note, phaseOpening, textOf } from "./notes.ts";
import { instructionsOpening } from "./project-instructions.ts";
import { entryBytes } from "./tokens.ts";

export interface Rebuilding {
  readonly summary: string;
  readonly facts: string;
  /** The whole window, in bytes: messages and recent items have a quarter of it each. */
  readonly windowBytes: number;
}

const share = 0.25;
const recentResults = 8;

/**
 * A shorter history in the place of a long one: what the thread stands in, the user's messages as
 * they were written, a summary of the rest, its newest items, and facts that nobody had to
 * remember.
 */
export function rebuild(
  history: readonly InputEntry[],
  { summary, facts, windowBytes }: Rebuilding,
): InputEntry[] {
  const begin = recentFrom(history, windowBytes * share, recentResults);
  const before = history.slice(0, begin);
  const recent = history.slice(begin);
  const openings = [instructionsOpening, environmentOpening, phaseOpening];
  const surroundings = openings.flatMap((opening) => {
    const told = recent.some((entry) => isAbout(entry, opening));
    const found = before.findLast((entry) => isAbout(entry, opening));
    return found && !told ? [found] : [];
  });
  const { kept, left } = newest(before.filter(isUserMessage), windowBytes * share);
  const gap = left === 0 ? "" : `\n(${left} older messages of the user are left out.)`;
  const middle = note("summary", `What happened before the items below:\n${summary}${gap}`);
  return [...surroundings, ...kept, middle, ...recent, note("facts", facts)];
}

/** The user's messages and the newest items, of a history that is too long to be read at all. */
export function newestOf(history: readonly InputEntry[], limitBytes: number): InputEntry[] {
  const begin = recentFrom(history, limitBytes * (1 - share), history.length);
  const messages = history.slice(0, begin).filter(isUserMessage);
  return [...newest(messages, limitBytes * share).kept, ...history.slice(begin)];
}

/** Whether the user wrote it, rather than Heddle in the user's place. */
function isUserMessage(entry: InputEntry): boolean {
  if (entry.type !== "message" || entry.role !== "user" || isNote(entry)) return false;
  return ![instructionsOpening, environmentOpening].some((opening) => isAbout(entry, opening));
}

function isAbout(entry: InputEntry, opening: string): boolean {
  return entry.role === "user" && textOf(entry).startsWith(opening);
}

/** Where the newest items begin that are kept: at a response or a message, never between both ends of a call. */
function recentFrom(
  history: readonly InputEntry[],
  limitBytes: number,
  resultsAtMost: number,
): number {
  let begin = history.length;
  let bytes = 0;
  let results = 0;
  for (let at = history.length - 1; at >= 0; at -= 1) {
    const entry = history[at];
    if (entry === undefined) break;
    bytes += bytesOf(entry);
    if (isResult(entry)) results += 1;
    if (bytes > limitBytes || results > resultsAtMost || isNote(entry, "summary")) break;
    if (beginsStep(entry, history[at - 1])) begin = at;
  }
  return begin;
}

function beginsStep(entry: InputEntry, previous: InputEntry | undefined): boolean {
  if (isUserMessage(entry)) return true;
  return isModels(entry) && !(previous !== undefined && isModels(previous));
}

function isModels({ type, role }: InputEntry): boolean {
  return role === "assistant" || type === "reasoning" || type.endsWith("_call");
}

function newest(
  entries: readonly InputEntry[],
  limitBytes: number,
): { kept: InputEntry[]; left: number } {
  let bytes = 0;
  const reversed = entries.toReversed();
  const end = reversed.findIndex((entry) => {
    bytes += bytesOf(entry);
    return bytes > limitBytes;
  });
  const kept = (end < 0 ? reversed : reversed.slice(0, end)).reverse();
  return { kept, left: entries.length - kept.length };
}

export function bytesOf(entry: InputEntry): number {
  return entryBytes(entry, JSON.stringify(entry));
}
