import type { Item, Plan, Thread, ThreadId, Turn } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { planText } from "./plan-text.ts";

/** All that is known of a thread, oldest first, with every text whole. */
export interface ThreadExport {
  readonly thread: Thread;
  readonly plan: Plan | null;
  readonly turns: readonly (Turn & { readonly items: readonly Item[] })[];
}

/** Reads a thread page by page, and the texts that are longer than a page holds. */
export async function exportThread(
  daemon: HeddleClient,
  threadId: ThreadId,
): Promise<ThreadExport> {
  const items: Item[] = [];
  const turns = new Map<string, Turn>();
  let page = await daemon.call("thread/read", { threadId, limit: 500 });
  const { thread, plan } = page;
  for (;;) {
    items.unshift(...page.items);
    for (const turn of page.turns) turns.set(turn.id, turn);
    const [oldest] = page.items;
    if (!page.hasOlder || oldest === undefined) break;
    page = await daemon.call("thread/read", { threadId, before: oldest.id, limit: 500 });
  }
  const whole: Item[] = [];
  for (const item of items) whole.push(await withWholeText(daemon, item));
  const ordered = [...turns.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return {
    thread,
    plan,
    turns: ordered.map((turn) => ({
      ...turn,
      items: whole.filter(({ turnId }) => turnId === turn.id),
    })),
  };
}

async function withWholeText(daemon: HeddleClient, item: Item): Promise<Item> {
  if (!("text" in item) || item.text.length >= item.textLength) return item;
  let { text } = item;
  while (text.length < item.textLength) {
    const range = await daemon.call("item/read", { itemId: item.id, offset: text.length });
    if (range.text === "") break;
    text += range.text;
  }
  return { ...item, text };
}

/** A thread as a document that reads from top to bottom. */
export function threadMarkdown({ thread, turns }: ThreadExport): string {
  const head = [
    `# ${oneLine(thread.title)}`,
    "",
    `- thread: ${thread.id}`,
    ...(thread.branch === null ? [] : [`- branch: ${thread.branch}`]),
    `- begun: ${new Date(thread.createdAt).toISOString()}`,
  ];
  const body = turns.map((turn, at) => {
    const facts = [turn.mode, turn.model, turn.state, turn.commit?.slice(0, 10)];
    const items = turn.items.map(itemMarkdown).filter((text) => text !== "");
    const line = `_${facts.filter(Boolean).join(" · ")}_`;
    return [`## Turn ${at + 1}`, line, ...items].join("\n\n");
  });
  return `${[head.join("\n"), ...body].join("\n\n")}\n`;
}

function itemMarkdown(item: Item): string {
  switch (item.type) {
    case "userMessage": {
      const text = item.input.map((part) => (part.type === "text" ? part.text : part.path));
      return text.join("\n").replaceAll(/^/gm, "> ");
    }
    case "agentMessage":
      return item.text.trim();
    case "plan":
      return item.proposal === null ? stepsMarkdown(item.steps) : fenced(planText(item.proposal));
    case "reviewFinding": {
      const { priority, title, path, start, body } = item.finding;
      return `**[P${priority}] ${oneLine(title)}** (${path}:${start})\n\n${body}`;
    }
    case "commandExecution": {
      const end = item.exitCode === null ? item.state : `exit ${item.exitCode}`;
      return fenced(`$ ${item.cmd}\n${item.text.trimEnd()}\n(${end})`);
    }
    case "fileChange":
      return fenced(item.text);
    case "toolCall":
      return `\`${item.tool}\` ${oneLine(item.arguments)}`;
    case "compaction":
      return "_Older items were summed up for the model here._";
    case "reasoning":
      return "";
  }
}

function stepsMarkdown(steps: Extract<Item, { type: "plan" }>["steps"]): string {
  return steps
    .map(({ step, status }) => `- [${status === "completed" ? "x" : " "}] ${oneLine(step)}`)
    .join("\n");
}

/** The fence is longer than any in the text, so that nothing in it ends the block. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
