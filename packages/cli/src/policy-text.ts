import type { Policy, PolicyScope } from "@heddle/protocol";
import { shortId } from "./names.ts";
import { age, count } from "./terminal/format.ts";
import { printableLine } from "./terminal/printable.ts";

const nouns = {
  global: () => "all projects",
  project: ({ projectId }: { projectId: string }) => `project ${shortId(projectId)}`,
  thread: ({ threadId }: { threadId: string }) => `thread ${shortId(threadId)}`,
  automation: ({ automationId }: { automationId: string }) => `automation ${shortId(automationId)}`,
};

export function scopeText(scope: PolicyScope): string {
  return printableLine(nouns[scope.type](scope as never));
}

/** A policy with its rules, one a line. */
export function policyText({ scope, version, rules, broken, setBy, setAt }: Policy): string {
  const who = setBy && setAt !== null ? ` by ${printableLine(setBy.name)} ${age(setAt)} ago` : "";
  const heading = `${scopeText(scope)}, version ${version}${who}:`;
  const lines = [
    ...(broken ? ["cannot all be read, so that what is not denied asks; set it again"] : []),
    ...rules.map(({ words }) => printableLine(words)),
  ];
  return [heading, ...(lines.length > 0 ? lines : ["no rules"]).map(indented)].join("\n");
}

interface ReadBack {
  readonly contradictions: readonly string[];
  readonly replay: {
    readonly actions: number;
    readonly asked: number;
    readonly denied: number;
    readonly unknown: number;
    readonly examples: readonly { action: string; verdict: string; reason: string }[];
  };
}

/** What rules would have said to what was done, and what in them is idle. */
export function readBackText({ contradictions, replay }: ReadBack): string {
  const { actions, asked, denied, unknown, examples } = replay;
  const past =
    actions === 0
      ? "nothing was done yet that it could be tried on"
      : `of the last ${count(actions, "action")}, ${asked} would have asked and ${denied} would have been denied`;
  const shown = examples.flatMap(({ action, verdict, reason }) => [
    `${verdict}: ${action}`,
    `  ${reason}`,
  ]);
  const untried =
    unknown === 0
      ? []
      : [
          `of ${count(unknown, "command or call", "commands or calls")} it is not known any more what was changed`,
        ];
  return [...contradictions, past, ...untried, ...shown.map(indented)]
    .map(printableLine)
    .join("\n");
}

function indented(line: string): string {
  return `  ${line}`;
}
