import { readFileSync } from "node:fs";

/** A number from 0 up to 1. */
type Random = () => number;

/**
 * Command lines as bash may read them, in which `marker` stands as a command, or in text that
 * something may evaluate. `<name>` stands for one of the texts of that name; many of the lines are
 * no valid ones.
 */
const grammar: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(new URL("grammar.json", import.meta.url), "utf8"),
);

const corpus = new URL(
  "../../../packages/daemon/src/policy/corpus/everyday.jsonl",
  import.meta.url,
);
const everyday = readFileSync(corpus, "utf8")
  .trim()
  .split("\n")
  .map((row): string => JSON.parse(row).do)
  .filter((line) => !line.includes("sleep"));

const characters = [
  ..."\\\n'\"$(){}[];&|<>#=!~*`- \t\rxv1@P:+?/",
  "\\\n",
  "$(",
  "<<",
  "&&",
  "marker",
  "\v",
];

/** A command line; the deeper it is in, the likelier it ends. */
export function randomLine(random: Random): string {
  const whole = random() < 0.3 ? hidden(random) : grown("line", random, 0);
  return random() < 0.5 ? whole : changed(whole, random);
}

/** A line of everyday work, somewhere in which the marker is. */
function hidden(random: Random): string {
  const line = pick(random, everyday);
  const at = Math.floor(random() * (line.length + 1));
  return line.slice(0, at) + grown("hidden", random, 0) + line.slice(at);
}

function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error("there is nothing to pick from");
  return chosen;
}

function grown(name: string, random: Random, depth: number): string {
  const texts = grammar[name] ?? [];
  const leaves = texts.filter((text) => !/<[a-z]+>/.test(text));
  const text = pick(random, depth > 6 && leaves.length > 0 ? leaves : texts);
  if (depth > 12) return "a";
  return text.replaceAll(/<([a-z]+)>/g, (_, inner: string) => grown(inner, random, depth + 1));
}

/** Characters left out, put in, repeated or exchanged. */
function changed(line: string, random: Random): string {
  let text = line;
  for (let count = 1 + Math.floor(random() * 3); count > 0; count -= 1) {
    const at = Math.floor(random() * (text.length + 1));
    const removed = Math.floor(random() * 3);
    text =
      text.slice(0, at) +
      (random() < 0.7 ? pick(random, characters) : "") +
      text.slice(at + removed);
  }
  return text;
}
