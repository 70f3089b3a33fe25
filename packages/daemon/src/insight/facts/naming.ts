/** How a name of several words is written; undefined for one word, which tells nothing. */
export function caseOf(name: string): string | undefined {
  const plain = name.replace(/^_+|_+$/g, "");
  if (/^[a-z][a-z\d]*(?:_[a-z\d]+)+$/.test(plain)) return "snake_case";
  if (/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(plain)) return "UPPER_CASE";
  if (/^[a-z][a-z\d]*(?:-[a-z\d]+)+$/.test(plain)) return "kebab-case";
  if (/^[a-z][a-z\d]*(?:[A-Z][a-z\d]*)+$/.test(plain)) return "camelCase";
  if (/^[A-Z][a-z\d]+(?:[A-Z][a-z\d]*)+$/.test(plain)) return "PascalCase";
  return undefined;
}
