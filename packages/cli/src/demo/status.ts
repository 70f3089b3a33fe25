import { type Item, type Landing, type ThreadView, turnEnded } from "@heddle/protocol";
import { duration } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { cut, displayWidth } from "../terminal/table.ts";

export interface StatusLine {
  readonly number: number;
  readonly title: string;
  readonly view: ThreadView | undefined;
  /** Milliseconds since the thread was started. */
  readonly elapsedMs: number;
}

type Colour = Parameters<Paint>[0];
const colours: readonly Colour[] = ["cyan", "magenta", "blue"];
const titleWidth = 34;
const frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

/** The mark of a thread's lines: its number in its colour. */
export function badge(number: number, paint: Paint): string {
  return paint(colours[(number - 1) % colours.length] ?? "cyan", `[${number}]`);
}

/** One thread on one line that fits into `width`: who it is, and what it does now. */
export function statusLine(
  { number, title, view, elapsedMs }: StatusLine,
  width: number,
  paint: Paint,
): string {
  const doing = view ? nowDoing(view) : "starting";
  const name = padded(cut(title, titleWidth), titleWidth);
  const left = width - titleWidth - "⠋ [1]   ".length - 1;
  const text = left < 8 ? "" : cut(doing, left);
  const mark = markOf(view) ?? frames[Math.floor(elapsedMs / 100) % frames.length] ?? "·";
  return `${mark} ${badge(number, paint)} ${name}  ${paint("bold", text)}`;
}

function padded(text: string, width: number): string {
  return text + " ".repeat(width - displayWidth(text));
}

/** A mark for a thread in which nothing moves. */
function markOf(view: ThreadView | undefined): string | undefined {
  const landing = view?.landings.at(-1);
  if (landing?.state === "landed") return "✓";
  if (landing?.state === "refused") return "✗";
  const turn = view?.turns.at(-1);
  if (landing || !turn || !turnEnded(turn.state)) return undefined;
  return turn.state === "done" ? "·" : "✗";
}

/** What a thread does at this moment, in words. */
export function nowDoing(view: ThreadView): string {
  const landing = view.landings.at(-1);
  if (landing) return ofLanding(landing);
  const turn = view.turns.at(-1);
  switch (turn?.state) {
    case undefined:
    case "queued":
      return view.thread.status === "provisioning" ? "makes its worktree" : "queued";
    case "building":
    case "sampling":
      return ofItem(view.items.at(-1)) ?? "thinks";
    case "dispatching":
      return ofItem(view.items.findLast(({ state }) => state === "running")) ?? "works";
    case "waitingForApproval":
    case "waitingForUser":
      return "waits for an approval";
    case "gate":
      return "proves its work";
    case "compacting":
      return "makes room in the model's window";
    case "doneUnverified":
      return "done, but not proven";
    case "retryWait":
      return "the model does not answer; tries again soon";
    case "done": {
      const took = (turn.completedAt ?? 0) - (turn.startedAt ?? 0);
      return `done in ${duration(took)}, ready to land`;
    }
    case "interrupted":
    case "failed":
      return turn.failure ? printableLine(turn.failure.message) : turn.state;
  }
}

function ofLanding({ state, target, checks, commit }: Landing): string {
  switch (state) {
    case "queued":
      return "waits to land";
    case "reviewing":
      return "is reviewed";
    case "rebasing":
      return `rebases onto ${printableLine(target)}`;
    case "checking":
      return checks.length === 0 ? "tests the merged tree" : "the merged tree passes";
    case "moving":
      return `moves ${printableLine(target)}`;
    case "landed":
      return `landed on ${printableLine(target)} as ${commit?.slice(0, 10)}`;
    case "refused":
      return "not landed";
  }
}

function ofItem(item: Item | undefined): string | undefined {
  if (item?.state !== "running") return undefined;
  switch (item.type) {
    case "commandExecution":
      return `$ ${printableLine(item.cmd)}`;
    case "fileChange":
      return "changes files";
    case "toolCall":
      return printableLine(item.tool).replaceAll("_", " ");
    case "agentMessage":
      return item.text === "" ? "writes" : printableLine(item.text);
    case "reasoning":
      return "thinks";
    case "plan":
      return "plans";
    case "reviewFinding":
      return printableLine(item.finding.title);
    case "compaction":
      return "sums up";
    case "userMessage":
      return undefined;
  }
}
