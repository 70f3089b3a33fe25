import type {
  Approval,
  Item,
  Landing,
  PlacedComment,
  Plan,
  Review,
  Thread,
  ThreadId,
  Turn,
} from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { planText } from "./plan-text.ts";

/** What is known of a thread, oldest first, with every text whole. */
export interface ThreadExport {
  readonly thread: Thread;
  /** The newest; earlier ones stand in the items of the turns that proposed them. */
  readonly plan: Plan | null;
  readonly approvals: readonly Approval[];
  readonly comments: readonly PlacedComment[];
  /** Those of what the thread changed, and the one that it was made for. */
  readonly reviews: readonly Review[];
  /** The last ones. */
  readonly landings: readonly Landing[];
  readonly turns: readonly (Turn & { readonly items: readonly Item[] })[];
}

/** So few that the approvals of their calls fit into the same frame. */
const pageItems = 100;

/** Reads a thread page by page, and the texts that are longer than a page holds. */
export async function exportThread(
  daemon: HeddleClient,
  threadId: ThreadId,
): Promise<ThreadExport> {
  const { items, turns, approvals, thread, plan, landings } = await readAll(daemon, threadId);
  const whole: Item[] = [];
  for (const item of items) whole.push(await withWholeText(daemon, item));
  const { data: comments } = await daemon.call("comment/list", { threadId });
  return {
    thread,
    plan,
    approvals: byId(approvals),
    comments,
    reviews: await reviewsOf(daemon, thread),
    landings,
    turns: byId(turns).map((turn) => ({
      ...turn,
      items: whole.filter(({ turnId }) => turnId === turn.id),
    })),
  };
}

async function readAll(daemon: HeddleClient, threadId: ThreadId) {
  const items: Item[] = [];
  const turns = new Map<string, Turn>();
  const approvals = new Map<string, Approval>();
  let page = await daemon.call("thread/read", { threadId, limit: pageItems });
  const { thread, plan, landings } = page;
  for (;;) {
    items.unshift(...page.items);
    for (const turn of page.turns) turns.set(turn.id, turn);
    for (const approval of page.approvals) approvals.set(approval.id, approval);
    const [oldest] = page.items;
    if (!page.hasOlder || oldest === undefined) break;
    page = await daemon.call("thread/read", { threadId, before: oldest.id, limit: pageItems });
  }
  return { items, turns, approvals, thread, plan, landings };
}

function byId<Row extends { readonly id: string }>(rows: ReadonlyMap<string, Row>): Row[] {
  return [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function reviewsOf(daemon: HeddleClient, thread: Thread): Promise<Review[]> {
  const { projectId } = thread;
  const reviews = await listAll(daemon, "review/list", { projectId });
  return reviews.filter((review) => isOf(thread, review)).reverse();
}

function isOf({ id, reviewId }: Thread, review: Review): boolean {
  const { target } = review;
  return review.id === reviewId || (target.type === "thread" && target.threadId === id);
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
