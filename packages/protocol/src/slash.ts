import type { Methods } from "./registry.ts";

export interface SlashArgument {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
}

/** A command as it is typed behind a slash: the same words in the terminal, the panel and editors. */
export interface SlashCommand {
  readonly name: string;
  readonly summary: string;
  readonly arguments: readonly SlashArgument[];
  /** The method that it calls; null for what a client does by itself. */
  readonly method: keyof Methods | null;
  /** Whether it is about the thread that is open, or makes sense anywhere. */
  readonly scope: "thread" | "anywhere";
}

const text = (name: string, summary: string): SlashArgument => ({ name, summary, required: true });
const maybe = (name: string, summary: string): SlashArgument => ({ name, summary });

/** Every slash command, in the order of a menu. */
export const slashCommands = [
  {
    name: "analyze",
    summary: "tell what a newcomer should know of the project",
    arguments: [maybe("question", "something to ask of the code")],
    method: "code/analyze",
    scope: "anywhere",
  },
  {
    name: "plan",
    summary: "plan a task; nothing can be written meanwhile",
    arguments: [maybe("task", "what to plan; without it, the newest plan is shown")],
    method: "turn/start",
    scope: "thread",
  },
  {
    name: "implement",
    summary: "carry out the approved plan",
    arguments: [maybe("task", "what else to say to the agent")],
    method: "turn/start",
    scope: "thread",
  },
  {
    name: "steer",
    summary: "tell the agent something before it goes on with its turn",
    arguments: [text("text", "what to say")],
    method: "turn/steer",
    scope: "thread",
  },
  {
    name: "review",
    summary: "review what the thread changed, with a fresh context",
    arguments: [maybe("target", "`uncommitted`, `branch NAME` or `commit HASH`; else the thread")],
    method: "review/start",
    scope: "thread",
  },
  {
    name: "document",
    summary: "bring documents and comments up to date; code cannot change",
    arguments: [maybe("task", "what to document; else what the thread changed")],
    method: "turn/start",
    scope: "thread",
  },
  {
    name: "plan-mode",
    summary: "plan first, in this thread, until it is switched off",
    arguments: [maybe("on|off", "else the other one")],
    method: "thread/planMode",
    scope: "thread",
  },
  {
    name: "edit",
    summary: "change the plan in $EDITOR; it has to be approved again",
    arguments: [],
    method: "plan/edit",
    scope: "thread",
  },
  {
    name: "approve",
    summary: "approve the plan as it was shown",
    arguments: [],
    method: "plan/approve",
    scope: "thread",
  },
  {
    name: "reject",
    summary: "reject the plan; the comment goes to the agent",
    arguments: [maybe("comment", "what should be different")],
    method: "plan/reject",
    scope: "thread",
  },
  {
    name: "status",
    summary: "show model, context, usage, budgets, policy and box",
    arguments: [],
    method: "thread/status",
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
    arguments: [maybe("sentences", "read back, and in force once you confirm them")],
    method: "policy/set",
    scope: "thread",
  },
  {
    name: "model",
    summary: "list models, or give the main role to one",
    arguments: [maybe("provider/model", "the new one")],
    method: "model/use",
    scope: "anywhere",
  },
  {
    name: "diff",
    summary: "show what the thread changed",
    arguments: [],
    method: "thread/diff",
    scope: "thread",
  },
  {
    name: "comment",
    summary: "comment on lines of the diff; /send sends all comments at once",
    arguments: [text("path:line", "or path:first-last"), text("text", "what to say of it")],
    method: "comment/add",
    scope: "thread",
  },
  {
    name: "send",
    summary: "send the comments to the agent",
    arguments: [],
    method: "comment/send",
    scope: "thread",
  },
  {
    name: "undo",
    summary: "take back the last turns",
    arguments: [maybe("turns", "how many; else one")],
    method: "thread/undo",
    scope: "thread",
  },
  {
    name: "fork",
    summary: "go on from a turn in a thread of its own",
    arguments: [maybe("turn", "else the last one")],
    method: "thread/fork",
    scope: "thread",
  },
  {
    name: "land",
    summary: "bring the work into its target branch",
    arguments: [],
    method: "thread/land",
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
    arguments: [maybe("query", "words; without them, the newest")],
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
    arguments: [maybe("thread", "else it is chosen from a list")],
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
] as const satisfies readonly SlashCommand[];

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
