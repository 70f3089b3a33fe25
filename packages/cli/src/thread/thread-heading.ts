import type { Thread } from "@heddle/protocol";
import { shortId } from "../names.ts";
import { printableLine } from "../terminal/printable.ts";
import { threadState } from "./thread-state.ts";

/** A thread in one line, as it is named above its text. */
export function threadHeading(thread: Thread): string {
  const { id, title, branch } = thread;
  const place = branch === null ? "" : `, on ${printableLine(branch)}`;
  return `thread ${shortId(id)}, ${threadState(thread)}${place}: ${printableLine(title)}`;
}
