import type { Automation, Run } from "@heddle/protocol";
import { age } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";

/** When an automation runs, as a person reads it. */
export function whenText({ trigger }: Pick<Automation, "trigger">): string {
  return printableLine(triggerText(trigger));
}

function triggerText(trigger: Automation["trigger"]): string {
  switch (trigger.type) {
    case "schedule":
      return `${trigger.cron} ${trigger.zone}`;
    case "commit":
      return `commits to ${trigger.branches.join(", ")}${trigger.paths.length ? ` in ${trigger.paths.join(", ")}` : ""}`;
    case "after":
      return `after ${trigger.automationId.slice(-8)}`;
    case "manual":
      return "by hand";
  }
}

export function workText({ work }: Pick<Automation, "work">): string {
  return work.type === "recipe" ? `recipe ${work.recipe}` : printableLine(work.prompt);
}

/** A moment in the zone of the schedule that it is of. */
export function momentText(at: number, zone?: string): string {
  const options = { timeZone: zone, weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
  const date = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const words = new Intl.DateTimeFormat("en-GB", { ...options, ...date, timeZoneName: "short" });
  return words.format(at);
}

export function runResult({ state, reason, summary, slots }: Run): string {
  const many = slots > 1 ? ` (stands for ${slots} slots)` : "";
  return printableLine(`${summary || reason || state}${many}`);
}

export function nextText(automation: Automation): string {
  if (automation.paused) return `paused: ${automation.paused.reason}`;
  return automation.nextRunAt === null ? "" : momentText(automation.nextRunAt);
}

export function sinceText(at: number | null): string {
  return at === null ? "" : age(at);
}
