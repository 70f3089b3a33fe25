import type { Answer, Approval, ApprovalSubject } from "@heddle/protocol";
import { shortId } from "../names.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { deviationText } from "./plan-text.ts";

/** An approval as it is put to a person: all that will happen, with nothing hidden or cut. */
export function approvalText({ id, threadId, subject, reason }: Approval, paint: Paint): string {
  const title = subject.type === "question" ? "question" : "approval";
  const heading = paint(["bold", "yellow"], `${title} ${shortId(id)}`);
  const why = reason === "" ? "" : `  ${paint("dim", printableLine(reason))}\n`;
  return `${heading} in thread ${shortId(threadId)}\n${why}${subjectText(subject, paint)}`;
}

/** The commands that answer an approval. */
export function answerCommands({ id, kind }: Approval): string {
  const short = shortId(id);
  if (kind === "question") return `  heddle answer ${short} "…"\n`;
  return `  heddle approve ${short}    or: heddle deny ${short} --comment "…"\n`;
}

function subjectText(subject: ApprovalSubject, paint: Paint): string {
  switch (subject.type) {
    case "command": {
      const where = `in ${subject.cwd}${subject.tty ? ", on a terminal" : ""}`;
      return `${indented(`$ ${subject.cmd}`)}${indented(where)}`;
    }
    case "patch":
      return `${indented("change files:")}${indented(subject.patch)}`;
    case "input":
      return `${indented(`type into: ${subject.cmd}`)}${indented(JSON.stringify(subject.chars))}`;
    case "planDeviation":
      return deviationText(subject, paint);
    case "question":
      return `${indented(subject.question)}${subject.options
        .map((option, at) => indented(`${at + 1}. ${option}`))
        .join("")}`;
  }
}

function indented(text: string): string {
  return `${printable(text.replace(/\n$/, "")).replaceAll(/^/gm, "  ")}\n`;
}

/** What a person is asked below an approval. */
export function answerPrompt({ subject, kind }: Approval): string {
  if (kind === "planDeviation")
    return 'let it go on beside its plan? [y]es, [n]o ("n because …" tells the agent why): ';
  if (kind === "effect")
    return 'allow it? [y]es, [a]lways in this thread, [n]o ("n because …" tells the agent why): ';
  const { options } = subject as Extract<ApprovalSubject, { type: "question" }>;
  return options.length > 0 ? "your answer (a number, or text): " : "your answer: ";
}

/** What a typed line means as an answer; nothing when it is not one. */
export function parseAnswer({ subject, kind }: Approval, line: string): Answer | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  if (kind !== "question") return parseConsent(text);
  const options = subject.type === "question" ? subject.options : [];
  return { type: "text", text: options[Number(text) - 1] ?? text };
}

function parseConsent(text: string): Answer | undefined {
  if (/^(y|yes)$/i.test(text)) return { type: "accept", scope: "once" };
  if (/^(a|always)$/i.test(text)) return { type: "accept", scope: "thread" };
  const comment = /^(?:n|no)(?:\s+(.+))?$/i.exec(text);
  if (!comment) return undefined;
  return { type: "decline", ...(comment[1] !== undefined && { comment: comment[1] }) };
}

/** How an approval ended, in words. */
export function answered({ state, answer, answeredBy }: Approval): string {
  const who = answeredBy ? ` by ${printableLine(answeredBy.name)}` : "";
  const scope = answer?.type === "accept" && answer.scope === "thread" ? " for this thread" : "";
  const comment = answer?.type === "decline" && answer.comment ? `: ${answer.comment}` : "";
  const text = answer?.type === "text" ? `: ${answer.text}` : "";
  return `${state}${scope}${who}${printableLine(comment || text)}`;
}
