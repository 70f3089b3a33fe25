import { truncateToWidth, wrapTextWithAnsi } from "@earendil-works/pi-tui";
import type { Frame } from "./live-region.ts";

/** What stands below the finished text, from top to bottom. */
export interface Sight {
  /** Text that streams and is not finished. */
  readonly running: string;
  /** What waits for an answer; as a whole, or not at all. */
  readonly pending: string;
  /** What is asked, and a hint at how it is answered. */
  readonly prompt: string;
  /** The composer, or a list that is open in its place. */
  readonly input: Frame;
  readonly status: string;
}

export interface Room {
  readonly columns: number;
  readonly rows: number;
}

const runningRows = 6;
/** A terminal may keep the last column to itself, and breaks a full line when it becomes narrower. */
const spare = 1;

/** Puts the live region together, no higher than the terminal. */
export function frameOf({ running, pending, prompt, input, status }: Sight, room: Room): Frame {
  const width = Math.max(1, room.columns - spare);
  const above = [
    ...rowsOf(running, width).slice(-runningRows),
    ...rowsOf(pending, width),
    ...rowsOf(prompt, width),
  ];
  const most = Math.max(1, room.rows - 1);
  const shown = input.lines.slice(0, Math.max(1, most - 1));
  const kept = above.slice(Math.max(0, above.length + shown.length + 1 - most));
  const lines = [...kept, ...shown, status].slice(0, most);
  return {
    lines: lines.map((line) => truncateToWidth(line, width, "")),
    cursor: {
      row: Math.min(kept.length + input.cursor.row, lines.length - 1),
      column: Math.min(input.cursor.column, width),
    },
  };
}

/** Whether text leaves room for the rest on a terminal. */
export function fits(text: string, { columns, rows }: Room): boolean {
  return rowsOf(text, Math.max(1, columns - spare)).length <= rows - 8;
}

function rowsOf(text: string, width: number): string[] {
  if (text === "") return [];
  const lines = text.replace(/\n$/, "").replaceAll("\t", "    ").split("\n");
  return lines.flatMap((line) => (line === "" ? [""] : wrapTextWithAnsi(line, width)));
}
