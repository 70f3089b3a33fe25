import type { DaemonStatus, ThreadFacts, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import {
  automationRows,
  budgetRows,
  contextText,
  daemonRows,
  policyRows,
  usageText,
} from "../daemon/status-text.ts";
import { shortId } from "../names.ts";
import { printableLine } from "../terminal/printable.ts";

/** What a thread stands in, with the daemon around it. */
export interface ThreadStanding extends ThreadFacts {
  readonly daemon: DaemonStatus;
}

export async function readStanding(
  client: HeddleClient,
  threadId: ThreadId,
): Promise<ThreadStanding> {
  const facts = client.call("thread/status", { threadId });
  const daemon = client.call("daemon/status", {});
  return { ...(await facts), daemon: await daemon };
}

/** What a thread stands in, for a person. */
export function standingText({ daemon, ...facts }: ThreadStanding): string {
  const { thread, project, model, context, usage, budgets, policy, plan, mcp, box } = facts;
  const reach = box.hosts.length === 0 ? "no network" : `reaches ${box.hosts.join(", ")}`;
  const access = box.access === "ro" ? "read-only" : "the worktree is writable";
  const rows = [
    ...daemonRows(daemon),
    ["thread", `${shortId(thread.id)} ${thread.status}: ${thread.title}`],
    ["project", project],
    ["branch", `${thread.branch ?? "none yet"}, lands on ${thread.target}`],
    ["mode", thread.planMode ? "plan mode is on" : "works at once"],
    [
      "plan",
      plan === null ? "none" : `${plan.state}, ${plan.hash.slice(0, 12)}: ${plan.content.goal}`,
    ],
    ["model", model],
    ["context", contextText(context)],
    ["usage", `${usage.requests} requests, ${usage.estimated ? "about " : ""}${usageText(usage)}`],
    ...budgetRows(budgets),
    ["preset", policy],
    ...policyRows(facts.rules),
    ["mcp", mcp.join(", ") || "none"],
    ["box", [access, reach, ...box.paths.map((path) => `reads ${path}`)].join("; ")],
    ...automationRows(daemon.automations),
  ];
  return rows
    .map(([name = "", value = ""]) => `${name.padEnd(9)} ${printableLine(value)}\n`)
    .join("");
}
