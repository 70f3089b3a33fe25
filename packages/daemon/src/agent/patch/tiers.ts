/** How loosely a hunk was matched, from the strictest on. */
export const tiers = [
  "exact",
  "trailingWhitespace",
  "unicode",
  "indentation",
  "staleContext",
] as const;
export type Tier = (typeof tiers)[number];

export const looserTier = (a: Tier, b: Tier): Tier => (tiers.indexOf(a) > tiers.indexOf(b) ? a : b);

/** Reads typographic characters as the plain ones that models write in their stead. */
export function foldUnicode(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII text stays as it is.
  if (/^[\x00-\x7f]*$/.test(text)) return text.trimEnd();
  return text
    .normalize("NFC")
    .replace(/[\u2018-\u201b\u2032]/g, "'")
    .replace(/[\u201c-\u201f\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/\u2026/g, "...")
    .replace(/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, " ")
    .replace(/[\u200b\u2060\ufeff]/g, "")
    .trimEnd();
}

export const wordsOf = (text: string): string[] => text.match(/[\p{L}\p{N}_]+/gu) ?? [];

const same = (text: string): string => text;
/** What two lines must have in common to be the same line in a tier. */
export const tierKeys: Record<Tier, (text: string) => string> = {
  exact: same,
  trailingWhitespace: (text) => text.trimEnd(),
  unicode: foldUnicode,
  indentation: (text) => foldUnicode(text).trimStart(),
  staleContext: foldUnicode,
};
