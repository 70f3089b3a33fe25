import type {
  ApprovalSubject,
  Plan,
  PlanContent,
  ReportedFinding,
  TurnReport,
} from "@heddle/protocol";
import { count } from "../terminal/format.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { type Paint, plain } from "../terminal/style.ts";
import { plusMinus } from "./diff-text.ts";

/** A plan as a person reads it before it is approved: all of it. */
export function planText(content: PlanContent, paint: Paint = plain): string {
  const { goal, steps, files, checks, lineBudget, risks, openQuestions } = content;
  const lines = [
    paint("bold", printable(goal)),
    ...steps.map((step, at) => `${String(at + 1).padStart(3)}. ${printableLine(step)}`),
    ...listed("files", files),
    `  lines      at most ${lineBudget}, added and deleted`,
    ...listed("checks", checks),
    ...listed("risks", risks),
    ...listed("questions", openQuestions),
  ];
  return `${lines.join("\n")}\n`;
}

function listed(name: string, rows: readonly string[]): string[] {
  return rows.map((row, at) => `  ${(at === 0 ? name : "").padEnd(10)} ${printableLine(row)}`);
}

/** What became of a plan, on one line. */
function planHeading({ version, state, hash, comment }: Plan, paint: Paint = plain): string {
  const edited = version > 1 ? `, edited ${count(version - 1, "time")}` : "";
  const why = comment === null ? "" : `: ${printableLine(comment)}`;
  const colour = state === "approved" || state === "implemented" ? "green" : "yellow";
  return `${paint(colour, state)}${edited}${why}  ${paint("dim", hash.slice(0, 12))}\n`;
}

/** A plan with what became of it, and all that it says. */
export function planWhole(plan: Plan, paint: Paint = plain): string {
  return `${planHeading(plan, paint)}${planText(plan.content, paint)}`;
}

/** That somebody has decided on a plan, where what it says was shown before. */
export function planDecision({ state, decidedBy, comment, hash }: Plan, paint: Paint): string {
  if (decidedBy === null || (state !== "approved" && state !== "rejected")) return "";
  const what = paint(state === "approved" ? "green" : "yellow", `plan ${state}`);
  const why = comment === null ? "" : `: ${printableLine(comment)}`;
  return `${what} by ${printableLine(decidedBy.name)}${why}  ${paint("dim", hash.slice(0, 12))}\n`;
}

type Deviation = Extract<ApprovalSubject, { type: "planDeviation" }>;

/** The plan beside what has become of it. */
export function deviationText(subject: Deviation, paint: Paint = plain): string {
  const { files, lineBudget, outside, lines, changes } = subject;
  const over = lines > lineBudget;
  const isOutside = new Set(outside);
  const rows = changes.map(({ path, additions, deletions }) => {
    const name = printableLine(path);
    const shown = isOutside.has(path) ? paint("red", `${name}  not in the plan`) : name;
    return `    ${plusMinus(additions, deletions, paint)}  ${shown}`;
  });
  const is = `${lines} changed`;
  return [
    `  plan     ${files.map(printableLine).join(", ")}; at most ${lineBudget} lines`,
    `  reality  ${count(changes.length, "file")}, ${over ? paint("red", is) : is}`,
    ...rows,
    "  declining takes the last step back",
    "",
  ].join("\n");
}

/** What a turn made of its plan. */
export function reportText(report: TurnReport, paint: Paint = plain): string {
  const { files, lines, lineBudget, checks, left } = report;
  const budget = lineBudget === null ? "" : ` of ${lineBudget}`;
  const rows = [
    `changed ${count(files.length, "file")}, ${lines}${budget} lines`,
    ...files.map(({ path, additions, deletions, planned }) => {
      const note = planned ? "" : paint("yellow", "  not in the plan");
      return `  ${plusMinus(additions, deletions, paint)}  ${printableLine(path)}${note}`;
    }),
    ...checks.map(
      ({ cmd, exitCode }) => `  ${checkResult(exitCode, paint)}  ${printableLine(cmd)}`,
    ),
    ...(left.length === 0 ? ["nothing is left"] : [paint("yellow", "left to do")]),
    ...left.flatMap((one) => problemLines(one, plain)),
  ];
  return `${rows.join("\n")}\n`;
}

const problemTail = 30;

/** A problem, with the end of the output that comes with it. */
export function problemLines(problem: string, paint: Paint): string[] {
  const [first = "", ...rest] = printable(problem).trimEnd().split("\n");
  return [paint("red", `  ${first}`), ...rest.slice(-problemTail).map((line) => `    ${line}`)];
}

function checkResult(exitCode: number | null, paint: Paint): string {
  if (exitCode === null) return paint("yellow", "did not run");
  return exitCode === 0 ? paint("green", "passed") : paint("red", `exit ${exitCode}`);
}

/** A finding with its place on the first line. */
export function findingText(finding: ReportedFinding, paint: Paint = plain): string {
  const { priority, title, path, start, end, body } = finding;
  const place = `${printableLine(path)}:${start}${end > start ? `-${end}` : ""}`;
  const mark = paint(priority <= 1 ? "red" : "yellow", `[P${priority}]`);
  const text = printable(body)
    .trim()
    .replaceAll(/^(?=.)/gm, "     ");
  return `${mark} ${paint("bold", printableLine(title))}  ${place}\n${text === "" ? "" : `${text}\n`}`;
}
