import { grouped } from "../terminal/format.ts";

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

/** A share in whole percents; 0 and 100 only where it is that. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (share > 0 && whole === 0) return "under 1 %";
  return share < 1 && whole === 100 ? "over 99 %" : `${whole} %`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** What is said after the rows that are shown, of `total` rows. */
export function andMore(total: number, shown: number, what = ""): string[] {
  const rest = total - shown;
  return rest > 0 ? [`… and ${grouped(rest)} more${what && ` ${what}`}`] : [];
}

const names: Readonly<Record<string, string>> = {
  typescript: "TypeScript",
  javascript: "JavaScript",
  "javascript/typescript": "JavaScript and TypeScript",
  python: "Python",
  go: "Go",
  rust: "Rust",
  java: "Java",
  csharp: "C#",
  c: "C",
  cpp: "C++",
  ruby: "Ruby",
  php: "PHP",
  kotlin: "Kotlin",
  swift: "Swift",
};

export function languageName(language: string): string {
  return names[language] ?? language;
}
