import type {
  Approval,
  Item,
  ItemId,
  Plan,
  PlanContent,
  ThreadEvent,
  Turn,
} from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";
import { printable } from "../terminal/printable.ts";
import { type Paint, plain } from "../terminal/style.ts";
import { answered } from "./approval-text.ts";
import {
  commandHeading,
  commandResult,
  compactionLine,
  fileChangeLines,
  planLines,
  toolCallLine,
  userMessageLines,
} from "./item-lines.ts";
import { PlanSight } from "./plan-sight.ts";
import { findingText, planDecision, planText, planWhole } from "./plan-text.ts";
import { PlainProse, type Prose } from "./prose.ts";
import { landingLine, turnEnd, turnProgress } from "./turn-lines.ts";

export interface TranscriptOptions {
  readonly paint?: Paint;
  /** Whether the model's reasoning is shown. */
  readonly reasoning?: boolean;
  /** How an item's text is shown; as it comes, unless something else is said. */
  readonly prose?: (type: StreamedItem["type"]) => Prose;
}

type StreamedItem = Extract<Item, { type: "agentMessage" | "reasoning" }>;
/** The item that streams now, and how much of it is on the terminal. */
interface OpenItem {
  readonly id: ItemId;
  readonly prose: Prose;
  length: number;
}
type TextNotice = Extract<ThreadNotice, { type: "text" }>;

// These speak through other lines: an approval, and the end of the turn.
const silentTools: readonly string[] = ["ask_user", "finish"];

/**
 * Turns what happens in a thread into text that is only ever appended. One item streams at a time;
 * what ends meanwhile is held back until it is complete.
 */
export class Transcript {
  readonly #paint: Paint;
  readonly #reasoning: boolean;
  readonly #prose: (type: StreamedItem["type"]) => Prose;
  readonly #streamable = new Map<ItemId, StreamedItem["type"]>();
  #open: OpenItem | undefined;
  #held = "";
  #heading: ItemId | undefined;
  #said = "";
  #lastMessage = "";
  readonly #plans = new PlanSight();

  constructor({ paint = plain, reasoning = false, prose }: TranscriptOptions = {}) {
    this.#paint = paint;
    this.#reasoning = reasoning;
    const dim = (text: string) => this.#paint("dim", text);
    this.#prose = prose ?? ((type) => new PlainProse(type === "reasoning" ? dim : (text) => text));
  }

  /** The text that streams and is not finished. */
  get running(): string {
    return this.#open?.prose.running ?? "";
  }

  /** The plan, if what it says now is on the terminal. */
  get shownPlan(): Plan | undefined {
    return this.#plans.shown;
  }

  /** A plan with all that it says, for who asks for it. */
  showPlan(plan: Plan): string {
    this.#plans.take(plan);
    this.#plans.say(plan.content, { isHeld: false });
    return planWhole(plan, this.#paint);
  }

  /** What one notice adds to the terminal; often nothing. */
  add(notice: ThreadNotice): string {
    return notice.type === "text" ? this.#text(notice) : this.#event(notice.event);
  }

  #event(event: ThreadEvent): string {
    switch (event.type) {
      case "itemStarted":
      case "itemUpdated":
        return this.#started(event.item);
      case "itemCompleted":
        return this.#completed(event.item);
      case "approvalResolved":
        return this.#resolved(event.approval);
      case "turnQueued":
      case "turnUpdated":
        return this.#progress(event.turn);
      case "turnCompleted":
        return this.#turnCompleted(event.turn);
      case "turnsUndone":
        return this.#block(`${this.#paint("dim", `took back ${event.turnIds.length} turn(s)`)}\n`);
      case "threadUpdated": {
        const { failure, status } = event.thread;
        const what = status === "detached" ? "" : "the thread could not be prepared: ";
        return failure ? this.#once(`${what}${failure.message}`) : "";
      }
      case "planChanged":
        return this.#planChanged(event.plan);
      case "landingUpdated":
      case "landingCompleted":
        return this.#block(landingLine(event.landing, this.#paint));
      default:
        return "";
    }
  }

  #resolved(approval: Approval): string {
    const heading = this.#heading;
    const text = this.#block(`${this.#paint("yellow", answered(approval))}\n`);
    // The answer belongs to the command above it, which goes on.
    if (heading === approval.itemId) this.#heading = heading;
    return text;
  }

  #started(item: Item): string {
    if (item.type === "agentMessage" || item.type === "reasoning") {
      this.#streamable.set(item.id, item.type);
      return "";
    }
    if (item.type !== "commandExecution" || this.#heading === item.id) return "";
    return this.#headed(item.id, commandHeading(item, this.#paint));
  }

  #headed(id: ItemId, heading: string): string {
    // Held back, it is not the last thing on the terminal and will be said again.
    if (this.#open) return "";
    const text = this.#block(heading);
    this.#heading = id;
    return text;
  }

  #completed(item: Item): string {
    switch (item.type) {
      case "agentMessage":
      case "reasoning":
        return this.#streamed(item);
      case "userMessage":
        return this.#block(`\n${userMessageLines(item, this.#paint)}\n`);
      case "plan":
        return this.#plan(item);
      case "reviewFinding":
        return this.#block(findingText(item.finding, this.#paint));
      case "commandExecution": {
        const heading = this.#heading === item.id ? "" : commandHeading(item, this.#paint);
        return this.#block(`${heading}${commandResult(item, this.#paint)}`);
      }
      case "fileChange":
        return this.#block(fileChangeLines(item, this.#paint));
      case "toolCall":
        if (silentTools.includes(item.tool)) return "";
        return this.#block(toolCallLine(item, this.#paint));
      case "compaction":
        return this.#block(compactionLine(item, this.#paint));
    }
  }

  #plan({ steps, proposal }: Extract<Item, { type: "plan" }>): string {
    if (proposal === null) return this.#block(planLines(steps, this.#paint));
    // The goal is what the turn reports at its end.
    this.#lastMessage = proposal.goal;
    return this.#planBlock(proposal, `\n${planText(proposal, this.#paint)}\n`);
  }

  /** What it says is shown where that is another than was said last, whoever has changed it. */
  #planChanged(plan: Plan): string {
    if (plan.state === "superseded") return "";
    const isNew = this.#plans.take(plan);
    const isOpen = plan.state === "proposed" || plan.state === "approved";
    if (!isOpen || !isNew) return this.#block(planDecision(plan, this.#paint));
    return this.#planBlock(plan.content, `\n${planWhole(plan, this.#paint)}\n`);
  }

  #planBlock(content: PlanContent, text: string): string {
    this.#plans.say(content, { isHeld: this.#open !== undefined });
    return this.#block(text);
  }

  #text({ itemId, offset, text }: TextNotice): string {
    const open = this.#open;
    if (open && open.id !== itemId) return "";
    if (open) return this.#append(open, offset, text);
    const type = this.#streamable.get(itemId);
    if (type === undefined || offset > 0 || text === "" || !this.#shows(type)) return "";
    this.#heading = undefined;
    const opened = { id: itemId, prose: this.#prose(type), length: 0 };
    this.#open = opened;
    return this.#append(opened, 0, text);
  }

  #append(open: OpenItem, offset: number, text: string): string {
    // Text that the daemon lost in a crash cannot be taken back from a terminal.
    const again = offset < open.length ? "\n[resumed] " : "";
    open.length = offset + text.length;
    return open.prose.add(again + safe(text));
  }

  #streamed(item: StreamedItem): string {
    this.#streamable.delete(item.id);
    if (item.type === "agentMessage") this.#lastMessage = item.text;
    const open = this.#open;
    if (open?.id !== item.id) {
      if (!this.#shows(item.type) || item.text === "") return "";
      const prose = this.#prose(item.type);
      const whole = prose.add(safe(`${item.text.trimEnd()}\n`)) + prose.end();
      return this.#block(whole + this.#cutNote(item));
    }
    this.#open = undefined;
    const rest = open.prose.add(safe(item.text.slice(open.length))) + open.prose.end();
    return rest + this.#cutNote(item) + this.#released();
  }

  #cutNote({ state, text, textLength }: StreamedItem): string {
    if (state === "superseded") return `${this.#paint("dim", "(cut off)")}\n`;
    if (textLength <= text.length) return "";
    return `${this.#paint("dim", `(${textLength - text.length} more characters)`)}\n`;
  }

  #shows(type: StreamedItem["type"]): boolean {
    return type === "agentMessage" || this.#reasoning;
  }

  #progress(turn: Turn): string {
    const line = turnProgress(turn);
    return line === "" ? "" : this.#once(line);
  }

  #turnCompleted(turn: Turn): string {
    const summary = turn.summary?.trim() ?? "";
    const isNew = summary !== "" && summary !== this.#lastMessage.trim();
    const report = isNew ? `\n${printable(summary)}\n` : "";
    // The end of a turn ends what streamed, even where its last events were lost.
    const open = this.#open?.prose.end() ?? "";
    this.#open = undefined;
    return `${open}${this.#released()}${this.#block(`${report}${turnEnd(turn, this.#paint)}`)}`;
  }

  #released(): string {
    const held = this.#held;
    this.#held = "";
    this.#plans.release();
    return held;
  }

  #once(line: string): string {
    if (line === this.#said) return "";
    this.#said = line;
    return this.#block(`${this.#paint("dim", printable(line))}\n`);
  }

  #block(text: string): string {
    if (text === "") return "";
    this.#heading = undefined;
    if (!this.#open) return text;
    this.#held += text;
    return "";
  }
}

function safe(text: string): string {
  return printable(text.replaceAll("\r", ""));
}
