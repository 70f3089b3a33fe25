import type { BudgetLevel, ContextUse, DaemonStatus, StorageStatus } from "@heddle/protocol";
import { momentText } from "../automations/words.ts";
import { shortId } from "../names.ts";
import { age, count, grouped, megabytes } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import { type Paint, plain } from "../terminal/style.ts";

/** The daemon's status for a person. */
export function statusText(status: DaemonStatus, now = Date.now(), paint: Paint = plain): string {
  const rows = [
    ...daemonRows(status, now),
    ["model", status.mainModel],
    ...named(
      "context",
      status.contexts.map((one) => `${contextText(one)}  ${shortId(one.threadId)} ${one.title}`),
    ),
    ["waiting", count(status.approvals, "approval")],
    ["today", usageText(status.today)],
    ...budgetRows(status.budgets),
    ["preset", `${status.preset}, unless a thread has another`],
    ...policyRows(status.policy),
    ["mcp", mcpText(status.mcp)],
    ...automationRows(status.automations),
    ["box", status.box.state === "tight" ? "tight" : `${status.box.state}: ${status.box.detail}`],
    ...unverifiedRows(status),
    ...storageRows(status.storage, now),
    ["config", status.configPath],
    ["state", status.statePath],
    ["socket", status.socket],
  ];
  return rows
    .map(([name = "", value = ""]) => {
      const row = `${name.padEnd(9)} ${printableLine(value)}`;
      return `${name === unproven ? paint("red", row) : row}\n`;
    })
    .join("");
}

/** The daemon itself, and of how much it takes care. */
export function daemonRows(status: DaemonStatus, now = Date.now()): string[][] {
  const { version, pid, startedAt, memoryBytes, projects } = status;
  const threads = Object.entries(status.threads).filter(([, number]) => number > 0);
  return [
    ["daemon", `${version}, pid ${pid}, up ${age(startedAt, now)}, ${megabytes(memoryBytes)}`],
    ["projects", String(projects)],
    ["threads", threads.map(([name, number]) => `${number} ${name}`).join(", ") || "none"],
  ];
}

/** Rows of one name, which stands at the first; where there is nothing, they say so. */
function named(name: string, values: readonly string[], nothing = "none"): string[][] {
  if (values.length === 0) return [[name, nothing]];
  return values.map((value, at) => [at === 0 ? name : "", value]);
}

export function contextText({ tokens, limit }: ContextUse): string {
  const share = Math.round((100 * tokens) / limit);
  return `about ${tokens} of ${limit} tokens (${share} %)`;
}

export function budgetRows(budgets: readonly BudgetLevel[]): string[][] {
  return named(
    "budget",
    budgets.map(({ what, left }) => `${what}: ${left} left`),
  );
}

/** Tokens, and money where a price is known. */
export function usageText(usage: {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
}): string {
  const { inputTokens, outputTokens, costUsd } = usage;
  const cost = costUsd ? `$${costUsd.toFixed(4)}` : "no cost known";
  return `${grouped(inputTokens)} tokens in, ${grouped(outputTokens)} out, ${cost}`;
}

/** The rules in force, one a row. */
export function policyRows(rules: readonly string[]): string[][] {
  return named("policy", rules, "no rule stands: the preset decides");
}

function mcpText({ servers, waiting }: DaemonStatus["mcp"]): string {
  if (servers === 0) return "none";
  const wait =
    waiting === 0 ? "" : `; ${count(waiting, "tool")} not approved, see \`heddle mcp list\``;
  return `${count(servers, "server")}${wait}`;
}

/** What comes next by itself, and what it has found. */
export function automationRows({ next, unread }: DaemonStatus["automations"]): string[][] {
  const runs = next.map(({ name, at }) => `${momentText(at)}  ${name}`);
  const inbox = unread === 0 ? "nothing that is not read" : `${count(unread, "finding")} not read`;
  return [...named("next", runs, "no automation has a time"), ["inbox", inbox]];
}

const unproven = "unproven";

function unverifiedRows({ unverified }: DaemonStatus): string[][] {
  if (unverified === 0) return [];
  return [[unproven, `${count(unverified, "thread")} ended without proof; see \`heddle threads\``]];
}

/** What is wrong stands before what is as it should be. */
function storageRows(storage: StorageStatus, now: number): string[][] {
  const { advice, restoration, lastBackupAt, backupFailure } = storage;
  const rows: string[][] = [];
  if (advice !== null) rows.push(["storage", `NO WORK BEGINS: ${advice}`]);
  if (restoration !== null) {
    const [from, until] = [restoration.backupAt, restoration.lostUntil].map(time);
    const lost = `the database was damaged; what was stored from ${from} until ${until} is lost`;
    rows.push(["restored", `${lost}; \`heddle doctor\` has the details`]);
  }
  const last = lastBackupAt === null ? "none was due yet" : `${age(lastBackupAt, now)} ago`;
  rows.push(["backup", backupFailure === null ? last : `${last}; FAILED: ${backupFailure}`]);
  return rows;
}

function time(at: number): string {
  return new Date(at)
    .toISOString()
    .replace(/:\d\d\.\d+/, "")
    .replace("T", " ");
}
