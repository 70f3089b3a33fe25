import { decide, type RuleInForce } from "../../../packages/daemon/src/policy/decide.ts";
import { commandParts } from "../../../packages/daemon/src/policy/facts.ts";
import { randomLine } from "./grammar.ts";
import { linesThatMark } from "./ground.ts";

const rules: readonly RuleInForce[] = [
  { rule: { effect: "deny", target: { type: "command", argv: [["marker"]] } }, source: "policy" },
  { rule: { effect: "allow", target: { type: "anything" } }, source: "preset" },
];
const circumstances = {
  change: [],
  sinceApproval: [],
  costUsd: { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 },
  time: "12:00",
  day: "wed",
  attended: true,
} as const;

/** Whether a policy that never runs the marker lets a line run without asking. */
export async function isAllowed(cmd: string): Promise<boolean> {
  const place = { cwd: "/w", worktree: "/w", checks: [] };
  const parts = await commandParts({ cmd, ...place });
  return decide({ parts, ...circumstances }, rules).verdict === "allow";
}

export interface FuzzResult {
  readonly lines: number;
  readonly allowed: number;
  /** Lines that were allowed, and ran the marker. */
  readonly bypasses: readonly string[];
}

/** Makes lines, and has bash run those that are allowed. */
export async function fuzz(count: number, random: () => number): Promise<FuzzResult> {
  const lines = new Set<string>();
  while (lines.size < count) {
    const line = randomLine(random);
    // No other can run it.
    if (line.includes("mark")) lines.add(line);
  }
  const allowed: string[] = [];
  for (const line of lines) if (await isAllowed(line)) allowed.push(line);
  const marked = await linesThatMark(allowed);
  return {
    lines: lines.size,
    allowed: allowed.length,
    bypasses: allowed.filter((_, at) => marked.has(at)),
  };
}
