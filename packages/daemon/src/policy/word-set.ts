/** The words of a text, which stand between blanks and ends of lines. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
