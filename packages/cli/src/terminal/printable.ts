import { stripVTControlCharacters } from "node:util";

// Controls, format characters (bidi overrides among them) and what shows as nothing.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const emoji = /\p{Emoji}$/u;

/**
 * Makes text from a model, a command or a file safe for a terminal: whatever would move the cursor,
 * hide or reorder text is shown as an escape. New lines and tabs stay.
 */
export function printable(text: string): string {
  return text.replace(hidden, (char, at: number) => {
    if (char === "\n" || char === "\t") return char;
    if (joinsEmoji(char, text.slice(Math.max(0, at - 8), at))) return char;
    return escaped(char);
  });
}

/** As `printable`, on one line: for titles and the cells of a table. */
export function printableLine(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return printable(lines.filter(Boolean).join(" ⏎ ").replaceAll("\t", " "));
}

/** The text that a terminal would be left with: colours are dropped, overwritten lines too. */
export function settled(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\r+/g, "\r")
    .replaceAll("\r\n", "\n")
    .replaceAll(/^.*\r(?=[^\r\n])/gm, "")
    .replaceAll("\r", "");
}

/** A JSON document in which nothing can act on the terminal that shows it; its value is the same. */
export function printableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(hidden, (char) =>
    char === "\n"
      ? char
      : Array.from({ length: char.length }, (_, at) => unit(char.charCodeAt(at))).join(""),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

// A joiner or a variation selector is part of an emoji only right behind one.
function joinsEmoji(char: string, before: string): boolean {
  if (char === "\ufe0f") return emoji.test(before);
  return char === "\u200d" && /[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?$/u.test(before);
}

function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code <= 0xff ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}
