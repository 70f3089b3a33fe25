import type { Answer, Approval, ApprovalSubject, RuleOffer } from "@heddle/protocol";
import { definitionText } from "../mcp-text.ts";
import { shortId } from "../names.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { paintLine } from "./diff-text.ts";
import { deviationText } from "./plan-text.ts";

/** An approval as it is put to a person: all that will happen, with nothing hidden or cut. */
export function approvalText(
  { id, threadId, subject, reason, offer }: Approval,
  paint: Paint,
): string {
  const title = subject.type === "question" ? "question" : "approval";
  const heading = paint(["bold", "yellow"], `${title} ${shortId(id)}`);
  const why = reason === "" ? "" : `  ${paint("dim", printableLine(reason))}\n`;
  const rule = offer === null ? "" : offerText(offer, paint);
  return `${heading} in thread ${shortId(threadId)}\n${why}${subjectText(subject, paint)}${rule}`;
}

/** The rule that an answer can make of it. */
function offerText({ words, replaces }: RuleOffer, paint: Paint): string {
  const place = replaces === null ? "" : ` (in place of: ${replaces})`;
  return `  ${paint("dim", printableLine(`as a rule of the project: ${words}${place}`))}\n`;
}

/** The commands that answer an approval. */
export function answerCommands({ id, kind, offer }: Approval): string {
  const short = shortId(id);
  if (kind === "question") return `  heddle answer ${short} "…"\n`;
  const rule = offer === null ? "" : `    or: heddle approve ${short} --rule`;
  return `  heddle approve ${short}${rule}    or: heddle deny ${short} --comment "…"\n`;
}

function subjectText(subject: ApprovalSubject, paint: Paint): string {
  switch (subject.type) {
    case "command": {
      const where = `in ${subject.cwd}${subject.tty ? ", on a terminal" : ""}`;
      return `${indented(`$ ${subject.cmd}`)}${indented(where)}`;
    }
    case "patch":
      return `${indented("change files:")}${patchLines(subject.patch, paint)}`;
    case "changes":
      return changesText(subject);
    case "input":
      return `${indented(`type into: ${subject.cmd}`)}${indented(JSON.stringify(subject.chars))}`;
    case "planDeviation":
      return deviationText(subject, paint);
    case "mcpTool": {
      const where = subject.host === null ? "in the box" : `at ${subject.host}`;
      const call = `call ${subject.tool} of the MCP server ${subject.server} (${where})`;
      return `${indented(call)}${indented(subject.arguments)}`;
    }
    case "mcpDefinition": {
      const { server, before, after } = subject;
      const heading = `use ${after.name} of the MCP server ${server} as it is described now`;
      const lines = [...definitionText(before, "- "), ...definitionText(after, "+ ")];
      return [heading, ...lines].map(indented).join("");
    }
    case "spending":
      return indented(`ask the model again, after $${subject.spentUsd.toFixed(4)} were spent`);
    case "question":
      return `${indented(subject.question)}${subject.options
        .map((option, at) => indented(`${at + 1}. ${option}`))
        .join("")}`;
  }
}

function changesText({
  cmd,
  changes,
  totals,
}: Extract<ApprovalSubject, { type: "changes" }>): string {
  const by = cmd === null ? "" : ` by: ${cmd}`;
  const files = changes.map(
    ({ path, kind, additions, deletions }) => `${kind} ${path} +${additions} -${deletions}`,
  );
  const more = totals.files > changes.length ? [`… of ${totals.files} files`] : [];
  const sum = `keep what was changed${by}`;
  const total = `${totals.files} files, +${totals.additions} -${totals.deletions} lines`;
  return [sum, ...files, ...more, total].map(indented).join("");
}

function indented(text: string): string {
  return `${printable(text.replace(/\n$/, "")).replaceAll(/^/gm, "  ")}\n`;
}

function patchLines(patch: string, paint: Paint): string {
  return indented(patch).replaceAll(/^ {2}(.+)$/gm, (_, line) => `  ${paintLine(line, paint)}`);
}

/** What a person is asked below an approval. */
export function answerPrompt({ subject, kind, offer }: Approval): string {
  if (kind === "planDeviation") {
    return 'let it go on beside its plan? [y]es, [n]o ("n because …" tells the agent why): ';
  }
  if (subject.type === "spending") return 'spend more? [y]es, [n]o ("n because …" says why): ';
  if (kind === "effect") {
    const rule = offer === null ? "" : ", as a [r]ule of the project";
    return `allow it? [y]es, [a]lways in this thread${rule}, [n]o ("n because …" tells the agent why): `;
  }
  const { options } = subject as Extract<ApprovalSubject, { type: "question" }>;
  return options.length > 0 ? "your answer (a number, or text): " : "your answer: ";
}

/** What a typed line means as an answer; nothing when it is not one. */
export function parseAnswer({ subject, kind, offer }: Approval, line: string): Answer | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  if (kind !== "question") return parseConsent(text, offer !== null);
  const options = subject.type === "question" ? subject.options : [];
  return { type: "text", text: options[Number(text) - 1] ?? text };
}

function parseConsent(text: string, hasOffer: boolean): Answer | undefined {
  if (/^(y|yes)$/i.test(text)) return { type: "accept", scope: "once" };
  if (/^(a|always)$/i.test(text)) return { type: "accept", scope: "thread" };
  if (hasOffer && /^(r|rule)$/i.test(text)) return { type: "accept", scope: "rule" };
  const comment = /^(?:n|no)(?:\s+(.+))?$/i.exec(text);
  if (!comment) return undefined;
  return { type: "decline", ...(comment[1] !== undefined && { comment: comment[1] }) };
}

const scopes = { once: "", thread: " for this thread", rule: " as a rule of the project" } as const;

/** How an approval ended, in words. */
export function answered({ state, answer, answeredBy }: Approval): string {
  const who = answeredBy ? ` by ${printableLine(answeredBy.name)}` : "";
  const scope = answer?.type === "accept" ? scopes[answer.scope] : "";
  const comment = answer?.type === "decline" && answer.comment ? `: ${answer.comment}` : "";
  const text = answer?.type === "text" ? `: ${answer.text}` : "";
  return `${state}${scope}${who}${printableLine(comment || text)}`;
}
