import type { Approval } from "@heddle/protocol";
import { count, plain } from "./text.ts";

const longestSubject = 240;

export const answerNames = { approve: "Approve", deny: "Deny" } as const;
export type AnswerName = keyof typeof answerNames;

/**
 * What a button may answer. Consent is given only where all that it is given to can be seen: what is
 * longer, or a patch, is opened. A question needs words.
 */
export function answersTo({ subject }: Approval): AnswerName[] {
  switch (subject.type) {
    case "command":
    case "input":
    case "mcpTool":
    case "spending":
      return isWhole(what(subject)) ? ["approve", "deny"] : ["deny"];
    case "patch":
    case "changes":
    case "planDeviation":
    case "mcpDefinition":
      return ["deny"];
    case "question":
      return [];
  }
}

function isWhole(text: string): boolean {
  return plain(text, longestSubject) === text;
}

/** What is asked, and why, on a line each. */
export function asks({ subject, reason }: Approval): string[] {
  return [plain(what(subject), longestSubject), plain(reason, longestSubject)].filter(Boolean);
}

/** All that consent is given to, where it can be given here. */
function what(subject: Approval["subject"]): string {
  switch (subject.type) {
    case "command":
      return `run: ${subject.cmd}${subject.tty ? " (on a terminal)" : ""} (in ${subject.cwd})`;
    case "input":
      return `type ${JSON.stringify(subject.chars)} into: ${subject.cmd} (in ${subject.cwd})`;
    case "patch":
      return `change ${count(subject.changes.length, "file")}`;
    case "changes":
      return `keep the changes of ${count(subject.totals.files, "file")}`;
    case "planDeviation":
      return `leave the plan: ${count(subject.lines, "line")} changed`;
    case "mcpTool":
      return `call ${subject.tool} of ${subject.server} (${subject.host ?? "in the box"}): ${subject.arguments}`;
    case "mcpDefinition":
      return `offer ${subject.after.name} of ${subject.server}`;
    case "spending":
      return `ask the model again, after $${subject.spentUsd.toFixed(4)} were spent`;
    case "question":
      return subject.question;
  }
}
