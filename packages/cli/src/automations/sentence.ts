import type { Work } from "@heddle/protocol";
import { usageError } from "../exit.ts";
import { timeOfDay } from "./time-of-day.ts";

/** What a sentence sets up. `after` names another automation, which is yet to be found. */
export interface Said {
  readonly when: When;
  readonly work: Work;
}
export type When =
  | { readonly type: "schedule"; readonly cron: string }
  | { readonly type: "commit"; readonly branches: string[]; readonly paths: string[] }
  | { readonly type: "after"; readonly name: string };

const examples =
  'write for example "every weekday at 9, scan dependencies", "on every commit to main, run the tests" or "monthly on the 1st at 7:30, audit tech debt"';

/** Reads a sentence: when, a comma, and what. Nothing is guessed; what it means is read back. */
export function parseSentence(sentence: string): Said {
  const text = sentence.trim().replace(/\.$/, "");
  // From the end, since times and lists of days have such marks in them, too.
  for (let at = text.length - 1; at > 0; at -= 1) {
    if (text[at] !== "," && text[at] !== ":") continue;
    const what = text.slice(at + 1).trim();
    const when = what === "" ? undefined : parseWhen(text.slice(0, at));
    if (when) return { when, work: parseWork(what) };
  }
  const words = text.split(/\s+/);
  for (let at = 1; at < words.length; at += 1) {
    const when = parseWhen(words.slice(at).join(" "));
    if (when) return { when, work: parseWork(words.slice(0, at).join(" ")) };
  }
  throw usageError(`"${sentence}" does not say when, and what, in words that I know`, examples);
}

const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const usualTime = { minute: 0, hour: 9 };

/** When something comes; undefined for words that are not known. */
export function parseWhen(words: string): When | undefined {
  const text = words.trim().toLowerCase().replace(/\s+/g, " ");
  return (
    commitTrigger(words.trim()) ?? afterTrigger(words.trim()) ?? repeating(text) ?? daily(text)
  );
}

function commitTrigger(text: string): When | undefined {
  const match = /^(?:on|after) (?:every|each|any) commit(?: (?:to|on) (\S+))?(?: in (\S+))?$/i.exec(
    text,
  );
  if (match === null) return undefined;
  const [, branch, path] = match;
  return { type: "commit", branches: [branch ?? "*"], paths: path ? [path] : [] };
}

function afterTrigger(text: string): When | undefined {
  const name = /^after (.+)$/i.exec(text)?.[1];
  return name === undefined ? undefined : { type: "after", name };
}

function repeating(text: string): When | undefined {
  const hourly = /^(?:hourly|every hour)(?: at :?(\d{1,2}))?$/.exec(text);
  if (hourly) return inHour(Number(hourly[1] ?? 0));
  const [, digits, unit] = /^every (\d{1,2}) (minutes|hours)$/.exec(text) ?? [];
  const every = Number(digits);
  if (unit === undefined) return undefined;
  const whole = unit === "minutes" ? 60 : 24;
  if (every < 2 || whole % every !== 0) {
    const fits = Array.from({ length: whole / 2 - 1 }, (_, at) => at + 2);
    const those = fits.filter((one) => whole % one === 0).join(", ");
    throw usageError(`every ${digits} ${unit} does not come out even`, `choose ${those}`);
  }
  const cron = unit === "minutes" ? `*/${every} * * * *` : `0 */${every} * * *`;
  return { type: "schedule", cron };
}

function inHour(minute: number): When | undefined {
  return minute < 60 ? { type: "schedule", cron: `${minute} * * * *` } : undefined;
}

function daily(text: string): When | undefined {
  const [, day = "", time] = /^(.+?)(?: at (.+))?$/.exec(text) ?? [];
  const at = time === undefined ? usualTime : timeOfDay(time);
  const fields = dayFields(day);
  if (at === undefined || fields === undefined) return undefined;
  return { type: "schedule", cron: `${at.minute} ${at.hour} ${fields}` };
}

/** Day of the month, month and day of the week. */
function dayFields(day: string): string | undefined {
  if (/^(?:daily|every day|each day)$/.test(day)) return "* * *";
  if (/^(?:every|each) weekday$|^(?:on )?weekdays$/.test(day)) return "* * 1-5";
  if (/^(?:every|each) weekend$|^(?:on )?weekends$/.test(day)) return "* * 0,6";
  const [, monthDay] =
    /^(?:monthly|every month|each month)(?: on the (\d{1,2})(?:st|nd|rd|th)?)?$/.exec(day) ?? [];
  if (/^(?:monthly|every month|each month)/.test(day)) return dayOfMonth(day, monthDay);
  if (day === "weekly" || day === "every week") return "* * 1";
  const named = /^(?:(?:weekly|every week) on|every|each|on) (.+)$/.exec(day)?.[1];
  return named === undefined ? undefined : weekdays(named);
}

function dayOfMonth(day: string, given: string | undefined): string | undefined {
  if (given === undefined) return /month(?:ly)?$/.test(day) ? "1 * *" : undefined;
  const number = Number(given);
  return number >= 1 && number <= 31 ? `${number} * *` : undefined;
}

function weekdays(text: string): string | undefined {
  const names = text.split(/,\s*|\s+and\s+/).filter(Boolean);
  const numbers = names.map((name) => days.indexOf(name.replace(/s$/, "")));
  return numbers.includes(-1) ? undefined : `* * ${numbers.sort((a, b) => a - b).join(",")}`;
}

const recipes: readonly [RegExp, string][] = [
  [
    /^(?:scan|check|audit)(?: (?:the|my|our|all))? dependencies(?: for vulnerabilities)?$/i,
    "vulnerability-scan",
  ],
  [/^(?:scan|look|check) for vulnerabilities$/i, "vulnerability-scan"],
  [/^(?:write|update|prepare)(?: (?:the|a))? change ?log$/i, "changelog"],
  [/^(?:audit|check|look for|report)(?: (?:the|our))? tech(?:nical)?[ -]debt$/i, "tech-debt"],
  [/^(?:run|check)(?: (?:the|all|our))? tests$/i, "tests"],
];

/** A recipe where the words name one, else the words are what an agent is told. */
export function parseWork(words: string): Work {
  const known = recipes.find(([pattern]) => pattern.test(words))?.[1];
  const named = /^(?:run (?:the )?)?recipe ([a-z0-9-]+)$/i.exec(words)?.[1];
  const builtIn = /^(vulnerability-scan|changelog|tech-debt|tests)$/.exec(words)?.[1];
  const recipe = known ?? named ?? builtIn;
  return recipe ? { type: "recipe", recipe } : { type: "prompt", prompt: words };
}
