import type { PlanContent } from "@heddle/protocol";

const sections = {
  Goal: "goal",
  Steps: "steps",
  Files: "files",
  Lines: "lineBudget",
  Checks: "checks",
  Risks: "risks",
  Questions: "openQuestions",
} as const satisfies Record<string, keyof PlanContent>;

/** A plan as a file that a person edits: a heading a part, and a line each for what is a list. */
export function planFile(plan: PlanContent): string {
  const parts = Object.entries(sections).map(([heading, key]) => {
    const value = plan[key];
    const text = Array.isArray(value) ? value.map((row) => `- ${row}`).join("\n") : String(value);
    return `# ${heading}\n\n${text}\n`;
  });
  return parts.join("\n");
}

/** What the file says, to be checked as a plan; a part that is missing stays so. */
export function parsePlanFile(text: string): Record<string, unknown> {
  const parts = text.split(/^# +(.+)$/m).slice(1);
  const found: Record<string, unknown> = {};
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const key = sections[(parts[at] ?? "").trim() as keyof typeof sections];
    const body = (parts[at + 1] ?? "").trim();
    if (key === "goal") found.goal = body;
    else if (key === "lineBudget") found.lineBudget = Number(body);
    else if (key !== undefined) found[key] = rowsOf(body);
  }
  return found;
}

/** Lines with a dash or a number before them; one without goes on with the row above. */
function rowsOf(body: string): string[] {
  const rows: string[] = [];
  for (const line of body.split("\n").map((one) => one.trim())) {
    const [, row] = /^(?:[-*]|\d+[.)])\s+(.*)$/.exec(line) ?? [];
    if (row !== undefined) rows.push(row);
    else if (line !== "" && rows.length > 0) rows[rows.length - 1] += ` ${line}`;
    else if (line !== "") rows.push(line);
  }
  return rows;
}
