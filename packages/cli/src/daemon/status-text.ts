import type { DaemonStatus, StorageStatus } from "@heddle/protocol";
import { momentText } from "../automations/words.ts";
import { age, count, grouped, megabytes } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import { type Paint, plain } from "../terminal/style.ts";

/** The daemon's status for a person. */
export function statusText(status: DaemonStatus, now = Date.now(), paint: Paint = plain): string {
  const { version, pid, startedAt, memoryBytes, mainModel, projects, approvals } = status;
  const threads = Object.entries(status.threads).filter(([, number]) => number > 0);
  const rows = [
    ["daemon", `${version}, pid ${pid}, up ${age(startedAt, now)}, ${megabytes(memoryBytes)}`],
    ["model", mainModel],
    ["projects", String(projects)],
    ["threads", threads.map(([name, number]) => `${number} ${name}`).join(", ") || "none"],
    ["waiting", count(approvals, "approval")],
    ["today", usageText(status.today)],
    ...status.budgets.map(({ what, left }) => ["budget", `${what}: ${left} left`]),
    ...policyRows(status.policy),
    ...mcpRows(status.mcp),
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

/** Tokens, and money where a price is known. */
export function usageText(usage: {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number | null;
}): string {
  const { inputTokens, outputTokens, costUsd } = usage;
  const cost = costUsd ? `, $${costUsd.toFixed(4)}` : "";
  return `${grouped(inputTokens)} tokens in, ${grouped(outputTokens)} out${cost}`;
}

/** The rules in force, one a row. */
export function policyRows(rules: readonly string[]): string[][] {
  return rules.map((words, at) => [at === 0 ? "policy" : "", words]);
}

function mcpRows({ servers, waiting }: DaemonStatus["mcp"]): string[][] {
  if (servers === 0) return [];
  const wait =
    waiting === 0 ? "" : `; ${count(waiting, "tool")} not approved, see \`heddle mcp list\``;
  return [["mcp", `${count(servers, "server")}${wait}`]];
}

function automationRows({ next, unread }: DaemonStatus["automations"]): string[][] {
  const rows = next.map(({ name, at }, row) => [
    row === 0 ? "next" : "",
    `${momentText(at)}  ${name}`,
  ]);
  if (unread > 0) rows.push(["inbox", `${count(unread, "finding")} not read`]);
  return rows;
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
