import type { Scanner } from "./scanner.ts";

/** A character of punctuation that turned out to mean nothing special here. */
export function punctuation(scanner: Scanner): void {
  scanner.add(scanner.peek(0), scanner.at, scanner.at + 1);
  scanner.at++;
}

/** `//` and `/*` comments, or a slash. */
export function slashComment(scanner: Scanner): void {
  if (!takeComment(scanner)) punctuation(scanner);
}

/** The same where `/*` comments nest. */
export function slashNested(scanner: Scanner): void {
  if (!takeComment(scanner, "/*")) punctuation(scanner);
}

/** Reads the comment that begins at a slash; false if none does. */
export function takeComment(scanner: Scanner, nests = ""): boolean {
  const next = scanner.peek(1);
  if (next === 47) scanner.lineComment();
  else if (next === 42) scanner.blockComment("*/", nests);
  else return false;
  return true;
}
