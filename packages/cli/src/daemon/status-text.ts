import type { DaemonStatus } from "@heddle/protocol";
import { age, count, megabytes } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";

/** The daemon's status for a person. */
export function statusText(status: DaemonStatus, now = Date.now()): string {
  const { version, pid, startedAt, memoryBytes, mainModel, projects, approvals } = status;
  const threads = Object.entries(status.threads).filter(([, number]) => number > 0);
  const rows = [
    ["daemon", `${version}, pid ${pid}, up ${age(startedAt, now)}, ${megabytes(memoryBytes)}`],
    ["model", mainModel],
    ["projects", String(projects)],
    ["threads", threads.map(([name, number]) => `${number} ${name}`).join(", ") || "none"],
    ["waiting", count(approvals, "approval")],
    ["config", status.configPath],
    ["state", status.statePath],
    ["socket", status.socket],
  ] as const;
  return rows.map(([name, value]) => `${name.padEnd(9)} ${printableLine(value)}\n`).join("");
}
