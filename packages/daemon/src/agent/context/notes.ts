import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";

export type NoteKind =
  | "gate"
  | "budget"
  | "repetition"
  | "summarize"
  | "summary"
  | "facts"
  | "tools"
  | "phase";

/** Something that Heddle itself tells the model: always appended, never an edit of what was sent. */
export function note(kind: NoteKind, text: string): InputEntry {
  return userEntry([{ type: "input_text", text: `${opening(kind)}\n${text}\n</heddle_note>` }]);
}

export function isNote(entry: InputEntry, kind?: NoteKind): boolean {
  return textOf(entry).startsWith(kind === undefined ? "<heddle_note" : opening(kind));
}

/** The text of a message's first part. */
export function textOf({ content }: InputEntry): string {
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const { text } = (first ?? {}) as { text?: unknown };
  return typeof text === "string" ? text : "";
}

const opening = (kind: NoteKind): string => `<heddle_note about="${kind}">`;

/** How the note begins that says what a turn is for. */
export const phaseOpening = opening("phase");
