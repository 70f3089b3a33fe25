import type { ChangedFile, Item, PlanStep } from "@heddle/protocol";
import { duration } from "../terminal/format.ts";
import { printable, printableLine, settled } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { cut } from "../terminal/table.ts";
import { plusMinus } from "./diff-text.ts";

type Of<Type extends Item["type"]> = Extract<Item, { type: Type }>;

const tailLines = 8;
const lineWidth = 200;

/** The heading of a command, shown when it starts. */
export function commandHeading({ cmd, by }: Of<"commandExecution">, paint: Paint): string {
  const [first = "", ...rest] = printable(cmd.trimEnd()).split("\n");
  const prompt = by === "gate" ? "proof: $" : "$";
  return [`${prompt} ${first}`, ...rest.map((line) => `  ${line}`)]
    .map((line) => `${paint("bold", line)}\n`)
    .join("");
}

/** How a command ended, below the end of its output. */
export function commandResult(item: Of<"commandExecution">, paint: Paint): string {
  const tail = outputTail(item.text, tailLines);
  const took = item.wallMs === null ? "" : ` in ${duration(item.wallMs)}`;
  const end = paint(item.exitCode === 0 ? "dim" : "red", `${commandEnd(item)}${took}`);
  return `${tail.map((line) => `  ${paint("dim", line)}\n`).join("")}  ${end}\n`;
}

const stops = {
  timedOut: "stopped at the time limit",
  killed: "stopped",
  outputLimit: "stopped: too much output",
  memoryLimit: "stopped: too much memory",
  processLimit: "stopped: too many processes",
  boxLost: "the sandbox ended",
} as const;

function commandEnd(item: Of<"commandExecution">): string {
  const { state, exitCode, sessionId, stopReason } = item;
  if (stopReason !== null && stopReason !== "killed") return stops[stopReason];
  if (exitCode !== null) return `exit ${exitCode}`;
  return sessionId !== null && state === "completed" ? `still running (${sessionId})` : state;
}

/** The last lines of an output, with a note of how many came before. */
export function outputTail(text: string, lines: number): string[] {
  const all = settled(text).trimEnd().split("\n");
  if (all.length === 1 && all[0] === "") return [];
  const tail = all.slice(-lines).map((line) => cut(printable(line), lineWidth));
  const hidden = all.length - tail.length;
  return hidden > 0 ? [`… ${hidden} more lines`, ...tail] : tail;
}

export function fileChangeLines({ state, changes, text }: Of<"fileChange">, paint: Paint): string {
  if (state !== "completed") {
    // What was not applied is no reason: the text is the patch itself unless something went wrong.
    const names = changes.map(({ path }) => path).join(", ");
    const why = printableLine(text.startsWith("*** Begin Patch") ? names : firstLine(text));
    return `${paint("red", `patch ${state}`)}${why === "" ? "" : `: ${why}`}\n`;
  }
  return changes.map((change) => `${changedFile(change, paint)}\n`).join("");
}

const changeMarks = { add: "A", update: "M", delete: "D", move: "R" } as const;

export function changedFile(change: ChangedFile, paint: Paint): string {
  const { kind, path, oldPath, additions, deletions } = change;
  const name = printableLine(oldPath === undefined ? path : `${oldPath} → ${path}`);
  return `${changeMarks[kind]} ${name}  ${plusMinus(additions, deletions, paint)}`;
}

const stepMarks = { pending: "[ ]", inProgress: "[>]", completed: "[x]" } as const;

export function planLines(steps: readonly PlanStep[], paint: Paint): string {
  return steps
    .map(({ step, status }) => {
      const line = `${stepMarks[status]} ${printableLine(step)}`;
      return `${status === "completed" ? paint("dim", line) : line}\n`;
    })
    .join("");
}

export function toolCallLine({ tool, state, ...call }: Of<"toolCall">, paint: Paint): string {
  const subject = cut(printableLine(call.arguments), 100);
  const why = state === "completed" ? "" : `: ${state} ${printableLine(firstLine(call.text))}`;
  return `${paint("dim", `· ${printableLine(tool)} ${subject}${why}`.trimEnd())}\n`;
}

export function compactionLine(item: Of<"compaction">, paint: Paint): string {
  const { kind, tokensBefore, tokensAfter, contextTokens } = item;
  const what = kind === "masked" ? "old results were left out" : "old items were summed up";
  const figures = `about ${tokensBefore} -> ${tokensAfter} of ${contextTokens} tokens`;
  return `${paint("dim", `· the model's window was nearly full: ${what} (${figures})`)}\n`;
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

export function userMessageLines({ input, state }: Of<"userMessage">, paint: Paint): string {
  const lines = input.flatMap((part) =>
    part.type === "text" ? printable(part.text).split("\n") : [printableLine(part.path)],
  );
  const said = lines.map((line) => `${paint("cyan", `> ${line}`)}\n`).join("");
  const fate = messageFates[state];
  return fate === undefined ? said : `${said}${paint("dim", `  (${fate})`)}\n`;
}

const messageFates: Partial<Record<Item["state"], string>> = {
  interrupted: "the turn ended before the agent read it; the next turn begins with it",
  failed: "it names something that cannot be read",
};
