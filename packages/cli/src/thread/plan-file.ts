import { PlanContent } from "@heddle/protocol";
import { type CliError, usageError } from "../exit.ts";
import { fenced, type PlanFileLine, planFileLines, rowsOf } from "./plan-file-lines.ts";

const headings = {
  goal: "Goal",
  steps: "Steps",
  files: "Files",
  lineBudget: "Lines",
  checks: "Checks",
  risks: "Risks",
  openQuestions: "Questions",
} as const satisfies Record<keyof PlanContent, string>;
type Key = keyof typeof headings;
const keys = Object.keys(headings) as Key[];

/**
 * A plan as a file that a person edits: a heading a part, and a row each for what is a list. What
 * would not be read as it is stands in a fence.
 */
export function planFile(plan: PlanContent): string {
  return keys.map((key) => `# ${headings[key]}\n\n${bodyOf(plan[key])}\n`).join("\n");
}

function bodyOf(value: PlanContent[Key]): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return /^#|```/m.test(value) ? fenced(value) : value;
  return value.map((row) => `- ${/\n|```/.test(row) ? fenced(row, "  ") : row}`).join("\n");
}

/** The plan that a file says. Throws all that is wrong with it, by the names of its parts. */
export function readPlanFile(text: string): PlanContent {
  const lines = planFileLines(text);
  const parts = partsOf(lines);
  const mistakes = [...mistakesOf(lines), ...missing(parts), ...budgetMistakes(parts)];
  if (mistakes.length > 0) throw noPlan(mistakes);
  const read = Object.fromEntries(keys.map((key) => [key, partValue(key, parts.get(key) ?? [])]));
  const parsed = PlanContent.safeParse(read);
  if (parsed.success) return parsed.data;
  throw noPlan(parsed.error.issues.map(issueText));
}

function noPlan(mistakes: readonly string[]): CliError {
  return usageError(`this is no plan any more: ${mistakes.join("; ")}`);
}

type Parts = ReadonlyMap<string | undefined, readonly PlanFileLine[]>;

/** The lines below each heading, by its part; those of no part by undefined. */
function partsOf(lines: readonly PlanFileLine[]): Parts {
  const parts = new Map<string | undefined, PlanFileLine[]>();
  let key: Key | undefined;
  for (const line of lines) {
    if (line.type === "heading") key = keyOf(line.name);
    parts.set(key, [...(parts.get(key) ?? []), ...(line.type === "heading" ? [] : [line])]);
  }
  return parts;
}

function keyOf(heading: string): Key | undefined {
  return keys.find((key) => headings[key] === heading);
}

function mistakesOf(lines: readonly PlanFileLine[]): string[] {
  const before = lines.slice(
    0,
    Math.max(
      0,
      lines.findIndex(({ type }) => type === "heading"),
    ),
  );
  const first = before.map(textOf).find((text) => text.trim() !== "");
  const names = lines.flatMap((line) => (line.type === "heading" ? [line.name] : []));
  const unknown = names.filter((name) => keyOf(name) === undefined);
  const doubled = names.filter((name, at) => keyOf(name) && names.indexOf(name) < at);
  const open = lines.find((line) => line.type === "block" && !line.closed);
  return [
    ...(first === undefined ? [] : [`\`${first.trim()}\` stands before the first part`]),
    ...unknown.map((name) => `\`# ${name}\` is no part of a plan`),
    ...doubled.map((name) => `\`# ${name}\` stands there twice`),
    ...(open ? [`the fence ${/`+/.exec(textOf(open))?.[0]} is not closed`] : []),
  ];
}

function missing(parts: Parts): string[] {
  return keys.filter((key) => !parts.has(key)).map((key) => `\`# ${headings[key]}\` is missing`);
}

function budgetMistakes(parts: Parts): string[] {
  const given = wholeText(parts.get("lineBudget"));
  if (given === undefined || /^0*[1-9]\d*$/.test(given)) return [];
  return [`\`# ${headings.lineBudget}\`: expected a whole number above 0, got \`${given}\``];
}

function partValue(key: Key, lines: readonly PlanFileLine[]): unknown {
  if (key === "lineBudget") return Number(wholeText(lines));
  return key === "goal" ? wholeText(lines) : rowsOf(lines);
}

function wholeText(lines: readonly PlanFileLine[] | undefined): string | undefined {
  const told = lines?.filter((line) => textOf(line).trim() !== "");
  const [first] = told ?? [];
  if (told?.length === 1 && first?.type === "block") return first.text;
  return lines?.map(textOf).join("\n").trim();
}

function textOf(line: PlanFileLine): string {
  if (line.type === "heading") return `# ${line.name}`;
  return line.type === "block" ? line.raw : line.text;
}

function issueText({ path: [key, row], code, message }: PlanIssue): string {
  const part = `\`# ${headings[key as Key]}\`${typeof row === "number" ? `, row ${row + 1}` : ""}`;
  return code === "too_small" ? `${part} is empty` : `${part}: ${message}`;
}

interface PlanIssue {
  readonly path: readonly PropertyKey[];
  readonly code: string;
  readonly message: string;
}
