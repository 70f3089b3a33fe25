import type {
  Approval,
  ApprovalSubject,
  ChangedFile,
  Item,
  Landing,
  ThreadEvent,
  ThreadView,
} from "@heddle/protocol";
import { count, duration } from "../terminal/format.ts";
import { printableLine, settled } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { plusMinus } from "../thread/diff-text.ts";
import { changedFile } from "../thread/item-lines.ts";
import { landingLine, turnEnd } from "../thread/turn-lines.ts";

type Of<Type extends Item["type"]> = Extract<Item, { type: Type }>;

/** What is worth telling of one event, as lines; for most events there is nothing. */
export function highlights(event: ThreadEvent, view: ThreadView, paint: Paint): string[] {
  switch (event.type) {
    case "itemCompleted":
      return ofItem(event.item, view, paint);
    case "approvalRequested":
      return [`${paint("yellow", "asks")} ${ofSubject(event.approval.subject)}`];
    case "approvalResolved":
      return [ofAnswer(event.approval, paint)];
    case "turnCompleted": {
      const report = event.turn.summary ? [printableLine(event.turn.summary)] : [];
      return [...report, ...lines(turnEnd(event.turn, paint))];
    }
    case "threadUpdated": {
      const { failure } = event.thread;
      return failure ? [`${paint("red", "failed")}: ${printableLine(failure.message)}`] : [];
    }
    case "landingCompleted":
      return [...lines(landingLine(event.landing, paint)), ...ofChecks(event.landing, paint)];
    default:
      return [];
  }
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function ofItem(item: Item, { items }: ThreadView, paint: Paint): string[] {
  switch (item.type) {
    case "plan": {
      const isFirst = items.find(({ type }) => type === "plan")?.id === item.id;
      const steps = item.steps.map(({ step }) => printableLine(step)).join(" · ");
      return isFirst ? [`${paint("cyan", "plan")}  ${steps}`] : [];
    }
    case "commandExecution":
      return ofCommand(item, paint);
    case "fileChange":
      return [ofChange(item, paint)];
    default:
      return [];
  }
}

function ofChange({ state, changes }: Of<"fileChange">, paint: Paint): string {
  if (state !== "completed") return paint("red", `patch ${state}`);
  if (changes.length <= 2) return changes.map((change) => changedFile(change, paint)).join("  ");
  const additions = changes.reduce((sum, change) => sum + change.additions, 0);
  const deletions = changes.reduce((sum, change) => sum + change.deletions, 0);
  return `changes ${changes.length} files  ${plusMinus(additions, deletions, paint)}`;
}

function ofCommand(item: Of<"commandExecution">, paint: Paint): string[] {
  const { cmd, exitCode, wallMs, text, state } = item;
  const passed = exitCode === 0;
  const word = passed
    ? paint("green", "passes")
    : paint("red", exitCode === null ? state : "fails");
  const took = wallMs === null ? "" : paint("dim", ` in ${duration(wallMs)}`);
  const failing = passed ? [] : failingTests(text);
  return [
    `${paint("bold", `$ ${printableLine(cmd)}`)}  ${word}${took}`,
    ...failing.map((name) => paint("red", `✗ ${printableLine(name)}`)),
  ];
}

/** The names of the tests that failed, in the output of `node --test`. */
export function failingTests(output: string): string[] {
  const failing = [...settled(output).matchAll(/^✖ (.+?) \([\d.]+ms\)$/gm)];
  return [...new Set(failing.map(([, name = ""]) => name))];
}

function ofAnswer({ state, subject }: Approval, paint: Paint): string {
  if (state !== "accepted") return paint("red", state);
  const approved = paint("yellow", "approved by heddle demo");
  return `${approved}, exactly this ${subject.type}: ${exactly(subject)}`;
}

function ofSubject(subject: ApprovalSubject): string {
  switch (subject.type) {
    case "command":
      return "whether it may run a command";
    case "patch":
      return `whether it may change ${count(subject.changes.length, "file")}`;
    case "changes":
      return `whether it may keep what it changed in ${count(subject.totals.files, "file")}`;
    case "input":
      return "whether it may type into a command";
    case "planDeviation":
      return "whether it may leave its plan";
    case "mcpTool":
      return "whether it may call a tool of an MCP server";
    case "mcpDefinition":
      return "whether a tool may be what its MCP server says now";
    case "spending":
      return "whether it may spend more";
    case "question":
      return "a question";
  }
}

function ofChecks({ state, checks }: Landing, paint: Paint): string[] {
  if (state !== "landed") return [];
  return checks.map(({ command, wallMs }) => {
    const passed = `${paint("green", "passes")} on the merged tree`;
    return `$ ${printableLine(command)}  ${passed}${paint("dim", ` in ${duration(wallMs)}`)}`;
  });
}

function exactly(subject: ApprovalSubject): string {
  switch (subject.type) {
    case "command":
      return printableLine(subject.cmd);
    case "patch":
    case "changes":
      return ofFiles(subject.changes);
    case "input":
      return printableLine(JSON.stringify(subject.chars));
    case "planDeviation":
      return subject.outside.map(printableLine).join(", ");
    case "mcpTool":
      return printableLine(`${subject.server} ${subject.tool} ${subject.arguments}`);
    case "mcpDefinition":
      return printableLine(`${subject.server} ${subject.after.name}`);
    case "spending":
      return `more than $${subject.overUsd}`;
    case "question":
      return printableLine(subject.question);
  }
}

function ofFiles(changes: readonly ChangedFile[]): string {
  const [first, ...rest] = changes.map(({ path }) => printableLine(path));
  return rest.length === 0
    ? `${first}`
    : `${first} and ${count(rest.length, "more file", "more files")}`;
}
