import type { BudgetLevel } from "@heddle/protocol";
import type { InputEntry } from "../model-types.ts";
import { isNote, note, textOf } from "./notes.ts";

/** The model is told when no more than such a share is left. */
const thresholds = [0.5, 0.25, 0.1];

/**
 * What the model has yet to be told of budgets that run out: each threshold
 * once since the user spoke last.
 */
export function budgetNotes(
  levels: readonly BudgetLevel[],
  history: () => readonly InputEntry[],
): InputEntry[] {
  const low = levels.flatMap((level) => {
    const threshold = thresholds.findLast((share) => level.leftShare <= share);
    return threshold === undefined ? [] : [{ ...level, line: lineOf(level.what, threshold) }];
  });
  if (low.length === 0) return [];
  const past = history();
  const begun = past.findLastIndex((entry) => entry.role === "user" && !isNote(entry));
  const told = past
    .slice(begun + 1)
    .filter((entry) => isNote(entry, "budget"))
    .map(textOf)
    .join("\n");
  const untold = low.filter(({ line }) => !told.includes(line));
  if (untold.length === 0) return [];
  const lines = untold.map(({ line, left }) => `${line}: ${left} left.`);
  return [note("budget", `${lines.join("\n")}\nFinish in time what matters most.`)];
}

function lineOf(what: string, threshold: number): string {
  return `Of ${what} no more than ${Math.round(threshold * 100)} % is left`;
}
