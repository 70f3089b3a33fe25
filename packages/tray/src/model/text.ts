// Controls, format characters (bidi overrides among them), halves of characters, line ends, and what
// shows as nothing.
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;
const longest = 80;

/** Text of a model or a file on one short line, in which nothing acts on whoever shows it. */
export function plain(text: string, length = longest): string {
  const line = text.toWellFormed().replace(hidden, " ").replaceAll(/ +/g, " ").trim();
  const letters = [...line];
  return letters.length <= length ? line : `${letters.slice(0, length - 1).join("")}…`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
