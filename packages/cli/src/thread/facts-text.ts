import type { ThreadFacts } from "@heddle/protocol";
import { policyRows, usageText } from "../daemon/status-text.ts";
import { shortId } from "../names.ts";
import { printableLine } from "../terminal/printable.ts";

/** What a thread stands in, for a person. */
export function threadFactsText(facts: ThreadFacts): string {
  const { thread, project, model, context, usage, budgets, policy, plan, box } = facts;
  const share = Math.round((100 * context.tokens) / context.limit);
  const reach = box.hosts.length === 0 ? "no network" : `reaches ${box.hosts.join(", ")}`;
  const access = box.access === "ro" ? "read-only" : "the worktree is writable";
  const rows = [
    ["thread", `${shortId(thread.id)} ${thread.status}: ${thread.title}`],
    ["project", project],
    ["branch", `${thread.branch ?? "none yet"}, lands on ${thread.target}`],
    ["mode", thread.planMode ? "plan mode is on" : "works at once"],
    [
      "plan",
      plan === null ? "none" : `${plan.state}, ${plan.hash.slice(0, 12)}: ${plan.content.goal}`,
    ],
    ["model", model],
    ["context", `about ${context.tokens} of ${context.limit} tokens (${share} %)`],
    ["usage", `${usage.requests} requests, ${usage.estimated ? "about " : ""}${usageText(usage)}`],
    ...budgets.map(({ what, left }) => ["budget", `${what}: ${left} left`]),
    ["preset", policy],
    ...policyRows(facts.rules),
    ...(facts.mcp.length > 0 ? [["mcp", facts.mcp.join(", ")]] : []),
    ["box", [access, reach, ...box.paths.map((path) => `reads ${path}`)].join("; ")],
  ];
  return rows
    .map(([name = "", value = ""]) => `${name.padEnd(9)} ${printableLine(value)}\n`)
    .join("");
}
