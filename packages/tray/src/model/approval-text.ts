import type { Approval } from "@heddle/protocol";
import { count, plain } from "./text.ts";

const longestSubject = 120;

export const answerNames = { approve: "Approve", deny: "Deny" } as const;
export type AnswerName = keyof typeof answerNames;

/**
 * What a button may answer. Consent is given only where all that it is given to can be seen: what is
 * longer, or a patch, is opened. A question needs words.
 */
export function answersTo({ subject }: Approval): AnswerName[] {
  switch (subject.type) {
    case "command":
      return isWhole(subject.cmd) ? ["approve", "deny"] : ["deny"];
    case "input":
      return isWhole(subject.chars) ? ["approve", "deny"] : ["deny"];
    case "mcpTool":
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
  return [plain(what(subject), longestSubject + 20), plain(reason, longestSubject)].filter(Boolean);
}

function what(subject: Approval["subject"]): string {
  switch (subject.type) {
    case "command":
      return `run: ${subject.cmd}`;
    case "input":
      return `type: ${subject.chars}`;
    case "patch":
      return `change ${count(subject.changes.length, "file")}`;
    case "changes":
      return `keep the changes of ${count(subject.totals.files, "file")}`;
    case "planDeviation":
      return `leave the plan: ${count(subject.lines, "line")} changed`;
    case "mcpTool":
      return `call ${subject.tool} of ${subject.server}: ${subject.arguments}`;
    case "mcpDefinition":
      return `offer ${subject.after.name} of ${subject.server}`;
    case "question":
      return subject.question;
  }
}
