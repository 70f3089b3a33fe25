import type { InputEntry } from "../model-types.ts";

export interface EnvironmentFacts {
  readonly worktree: string;
  readonly branch: string;
  readonly target: string;
  readonly policy: string;
  readonly checks: readonly string[];
  readonly ports: readonly [first: number, last: number];
  readonly date: string;
}

export const environmentOpening = "<environment>";

/** What the thread stands in, told before its first message; it is never edited. */
export function environmentEntry(facts: EnvironmentFacts): InputEntry {
  const { worktree, branch, target, policy, checks, ports, date } = facts;
  const text = [
    environmentOpening,
    `<cwd>${worktree}</cwd>`,
    `<branch>${branch}</branch>`,
    `<lands_on>${target}</lands_on>`,
    `<policy>${policy}</policy>`,
    `<checks>${checks.join(" ; ") || "none are set"}</checks>`,
    `<ports>${ports[0]}-${ports[1]}</ports>`,
    `<date>${date}</date>`,
    "</environment>",
  ].join("\n");
  return userEntry([{ type: "input_text", text }]);
}

/** A message of the user's, in the shape of the Responses API. */
export function userEntry(content: readonly object[]): InputEntry {
  return { type: "message", role: "user", content };
}
