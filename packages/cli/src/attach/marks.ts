const inAscii: Readonly<Record<string, string>> = {
  "─": "-",
  "━": "-",
  "═": "=",
  "│": "|",
  "┃": "|",
  "┌": "+",
  "┐": "+",
  "└": "+",
  "┘": "+",
  "├": "+",
  "┤": "+",
  "┬": "+",
  "┴": "+",
  "┼": "+",
  "•": "*",
  "·": "-",
  "…": "~",
  "→": ">",
  "←": "<",
  "↑": "^",
  "↓": "v",
  "⏎": "|",
  "▌": "|",
};
const marks = new RegExp(`[${Object.keys(inAscii).join("")}]`, "g");

/** Whether the locale says that the terminal shows more than ASCII. */
export function showsUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}

/** Text with the marks and borders that Heddle draws put into ASCII. */
export function plainMarks(text: string): string {
  return text.replace(marks, (mark) => inAscii[mark] ?? mark);
}
