import type { Methods } from "./registry.ts";
import type { SlashArgument, SlashCommand } from "./slash-command.ts";

/** What is said to the agent where the user says nothing. */
export const carryOut = "Carry out the approved plan.";
export const bringUpToDate =
  "Bring the documents and comments up to date with the code, and enter in the changelog what this thread has changed.";

type Words = readonly [name: string, summary: string];

const text = (param: string | null, ...[name, summary]: Words): SlashArgument => ({
  name,
  summary,
  required: true,
  param,
});
const maybe = (param: string | null, ...[name, summary]: Words): SlashArgument => ({
  name,
  summary,
  param,
});
const said = (words: string) => [{ type: "text", text: words }];

/** The thread that is open. */
const open = { threadId: "$threadId" };
const openScope = { type: "thread", ...open };
const shownPlan = { param: "hash", method: "plan/show", field: "hash" };
/** What is started is held to the plan that was approved, if there is one. */
const consentedPlan = {
  param: "planHash",
  method: "plan/show",
  field: "hash",
  only: { state: "approved" },
};

interface Known extends SlashCommand {
  readonly method: keyof Methods | null;
  readonly alone?: { readonly method: keyof Methods; readonly params: Record<string, unknown> };
}

/** Every slash command, in the order of a menu. */
export const slashCommands = [
  {
    name: "analyze",
    summary: "tell what a newcomer should know of the project",
    arguments: [maybe("question", "question", "something to ask of the code")],
    method: "code/ask",
    params: open,
    alone: { method: "code/analyze", params: open },
    scope: "anywhere",
  },
  {
    name: "plan",
    summary: "plan a task; nothing can be written meanwhile",
    arguments: [maybe("input", "task", "what to plan; without it, the newest plan is shown")],
    method: "turn/start",
    params: { ...open, mode: "plan" },
    alone: { method: "plan/show", params: open },
    scope: "thread",
  },
  {
    name: "implement",
    summary: "carry out the approved plan",
    arguments: [maybe("input", "task", "what else to say to the agent")],
    method: "turn/start",
    params: { ...open, mode: "implement", input: said(carryOut) },
    reads: [consentedPlan],
    scope: "thread",
  },
  {
    name: "steer",
    summary: "tell the agent something before it goes on, like `heddle send --steer`",
    arguments: [text("input", "text", "what to say")],
    method: "turn/steer",
    params: open,
    scope: "thread",
  },
  {
    name: "review",
    summary: "review what the thread changed, with a fresh context",
    arguments: [
      maybe(null, "target", "`uncommitted`, `branch NAME` or `commit NAME`; else the thread"),
    ],
    method: "review/start",
    params: { target: openScope },
    reads: [{ param: "projectId", method: "thread/read", field: "thread.projectId" }],
    scope: "thread",
  },
  {
    name: "fix",
    summary: "send findings of the thread's review back to the agent",
    arguments: [maybe(null, "numbers", "as the review shows them, such as 1,3; else all")],
    method: "review/fix",
    params: open,
    reads: [{ param: "reviewId", method: "review/newest", field: "review.id" }, consentedPlan],
    scope: "thread",
  },
  {
    name: "document",
    summary: "bring documents and comments up to date; code cannot change",
    arguments: [maybe("input", "task", "what to document; else what the thread changed")],
    method: "turn/start",
    params: { ...open, mode: "document", input: said(bringUpToDate) },
    scope: "thread",
  },
  {
    name: "plan-mode",
    summary: "plan first, in this thread, until it is switched off",
    arguments: [maybe(null, "on|off", "else the other one")],
    method: "thread/planMode",
    params: { ...open, on: true },
    scope: "thread",
  },
  {
    name: "edit",
    summary: "change the plan in $EDITOR; it has to be approved again",
    arguments: [],
    method: "plan/edit",
    params: open,
    reads: [shownPlan, { param: "content", method: "plan/show", field: "content" }],
    scope: "thread",
  },
  {
    name: "approve",
    summary: "approve the plan as it was shown, like `heddle plan approve`; y answers an approval",
    arguments: [],
    method: "plan/approve",
    params: open,
    reads: [shownPlan],
    scope: "thread",
  },
  {
    name: "reject",
    summary: "reject the plan, like `heddle plan reject`; the comment goes to the agent",
    arguments: [maybe("comment", "comment", "what should be different")],
    method: "plan/reject",
    params: open,
    reads: [shownPlan],
    scope: "thread",
  },
  {
    name: "status",
    summary:
      "show daemon, projects, threads, model, context, usage, policy, box and what comes next",
    arguments: [],
    method: "thread/status",
    params: open,
    scope: "thread",
  },
  {
    name: "mcp",
    summary: "list MCP servers and their tools",
    arguments: [],
    method: "mcp/list",
    scope: "anywhere",
  },
  {
    name: "approval-policy",
    summary: "show the policies in force, or set that of the thread",
    arguments: [maybe("text", "sentences", "read back, and in force once you confirm them")],
    method: "policy/set",
    params: { scope: openScope },
    reads: [{ param: "hash", method: "policy/set", field: "hash" }],
    alone: { method: "policy/show", params: open },
    scope: "thread",
  },
  {
    name: "model",
    summary: "list models, or give the main role to one",
    arguments: [maybe("model", "provider/model", "the new one")],
    method: "model/use",
    params: { role: "main" },
    alone: { method: "model/list", params: {} },
    scope: "anywhere",
  },
  {
    name: "diff",
    summary: "show what the thread changed",
    arguments: [],
    method: "thread/diff",
    params: open,
    scope: "thread",
  },
  {
    name: "comment",
    summary: "comment on lines of the diff; /send sends all comments at once",
    arguments: [
      text(null, "path:line", "or path:first-last"),
      text("text", "text", "what to say of it"),
    ],
    method: "comment/add",
    params: open,
    scope: "thread",
  },
  {
    name: "send",
    summary:
      "send the comments to the agent, like `heddle comment --send`; a message needs no word",
    arguments: [],
    method: "comment/send",
    params: open,
    reads: [consentedPlan],
    scope: "thread",
  },
  {
    name: "undo",
    summary: "take back the last turns",
    arguments: [maybe(null, "turns", "how many; else one")],
    method: "thread/undo",
    params: open,
    scope: "thread",
  },
  {
    name: "fork",
    summary: "go on from a turn in a thread of its own",
    arguments: [maybe("turnId", "turn", "else the last one")],
    method: "thread/fork",
    params: open,
    scope: "thread",
  },
  {
    name: "land",
    summary: "bring the work into its target branch",
    arguments: [],
    method: "thread/land",
    params: open,
    reads: [{ param: "treeHash", method: "thread/diff", field: "treeHash" }],
    scope: "thread",
  },
  {
    name: "threads",
    summary: "list threads",
    arguments: [],
    method: "thread/list",
    scope: "anywhere",
  },
  {
    name: "history",
    summary: "search all threads",
    arguments: [maybe("query", "query", "words; without them, the newest")],
    method: "history/search",
    scope: "anywhere",
  },
  {
    name: "automations",
    summary: "list what runs by itself",
    arguments: [],
    method: "automation/list",
    scope: "anywhere",
  },
  {
    name: "inbox",
    summary: "list what automations found",
    arguments: [],
    method: "inbox/list",
    scope: "anywhere",
  },
  {
    name: "sidebar",
    summary: "go to another thread",
    arguments: [maybe(null, "thread", "else it is chosen from a list")],
    method: null,
    scope: "anywhere",
  },
  {
    name: "menu",
    summary: "choose one of these commands",
    arguments: [],
    method: null,
    scope: "anywhere",
  },
  {
    name: "detach",
    summary: "leave; the thread goes on",
    arguments: [],
    method: null,
    scope: "thread",
  },
  {
    name: "help",
    summary: "list these commands",
    arguments: [],
    method: null,
    scope: "anywhere",
  },
] as const satisfies readonly Known[];

export type SlashName = (typeof slashCommands)[number]["name"];

export interface SlashLine {
  readonly command: SlashCommand & { readonly name: SlashName };
  /** What stands behind the name, trimmed. */
  readonly rest: string;
}

/** What a typed line asks for; `unknown` with the names that are nearest where it is none. */
export function parseSlash(
  line: string,
): SlashLine | { readonly unknown: string; readonly near: string[] } | undefined {
  const [, name, rest = ""] = /^\/([a-z][a-z-]*)(?:\s+([\s\S]*))?$/i.exec(line.trim()) ?? [];
  if (name === undefined) return undefined;
  const command = slashCommands.find((one) => one.name === name.toLowerCase());
  if (command) return { command, rest: rest.trim() };
  const near = slashCommands
    .filter((one) => one.name.startsWith(name.slice(0, 2)))
    .map((one) => one.name);
  return { unknown: name, near };
}

/** A command with its arguments, as a usage line has it. */
export function slashUsage({ name, arguments: args }: SlashCommand): string {
  const words = args.map(({ name: word, required }) => (required ? `<${word}>` : `[${word}]`));
  return [`/${name}`, ...words].join(" ");
}
