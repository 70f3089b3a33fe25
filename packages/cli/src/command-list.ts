import type { Command } from "commander";

export interface LazyCommand {
  readonly name: string;
  readonly summary: string;
  readonly group: string;
  /** Loads the command; until then, only the help knows of it. */
  readonly load: () => Promise<Command>;
}

const work = "Work:";
const answer = "Answer:";
const understand = "Understand:";
const set = "Set up:";
const scripts = "For scripts:";

/** Every command in the order of the help. */
export const commandList: readonly LazyCommand[] = [
  {
    name: "run",
    summary: "give a task to a new thread and follow it",
    group: work,
    load: async () => (await import("./commands/run.ts")).runCommand(),
  },
  {
    name: "plan",
    summary: "plan a task before anything is written",
    group: work,
    load: async () => (await import("./commands/plan.ts")).planCommand(),
  },
  {
    name: "implement",
    summary: "carry out the approved plan of a thread",
    group: work,
    load: async () => (await import("./commands/implement.ts")).implementCommand(),
  },
  {
    name: "review",
    summary: "review a change with a fresh context",
    group: work,
    load: async () => (await import("./commands/review.ts")).reviewCommand(),
  },
  {
    name: "document",
    summary: "document what a thread did; code cannot change",
    group: work,
    load: async () => (await import("./commands/document.ts")).documentCommand(),
  },
  {
    name: "tasks",
    summary: "list tasks",
    group: work,
    load: async () => (await import("./commands/tasks.ts")).tasksCommand(),
  },
  {
    name: "threads",
    summary: "list threads",
    group: work,
    load: async () => (await import("./commands/threads.ts")).threadsCommand(),
  },
  {
    name: "attach",
    summary: "follow a thread, answer it and write to it",
    group: work,
    load: async () => (await import("./commands/attach.ts")).attachCommand(),
  },
  {
    name: "send",
    summary: "send more input to a thread",
    group: work,
    load: async () => (await import("./commands/send.ts")).sendCommand(),
  },
  {
    name: "queue",
    summary: "list the turns of a thread that wait, or take one out",
    group: work,
    load: async () => (await import("./commands/queue.ts")).queueCommand(),
  },
  {
    name: "interrupt",
    summary: "stop the turns of a thread",
    group: work,
    load: async () => (await import("./commands/interrupt.ts")).interruptCommand(),
  },
  {
    name: "diff",
    summary: "show what a thread changed",
    group: work,
    load: async () => (await import("./commands/diff.ts")).diffCommand(),
  },
  {
    name: "comment",
    summary: "comment on lines of a diff, and send the comments",
    group: work,
    load: async () => (await import("./commands/comment.ts")).commentCommand(),
  },
  {
    name: "output",
    summary: "print all that a command wrote",
    group: work,
    load: async () => (await import("./commands/output.ts")).outputCommand(),
  },
  {
    name: "undo",
    summary: "take back the last turns of a thread",
    group: work,
    load: async () => (await import("./commands/undo.ts")).undoCommand(),
  },
  {
    name: "fork",
    summary: "go on from a turn in a thread of its own",
    group: work,
    load: async () => (await import("./commands/fork.ts")).forkCommand(),
  },
  {
    name: "land",
    summary: "bring a thread's work into its target branch",
    group: work,
    load: async () => (await import("./commands/land.ts")).landCommand(),
  },
  {
    name: "archive",
    summary: "remove a thread's worktree; unlanded work is kept",
    group: work,
    load: async () => (await import("./commands/archive.ts")).archiveCommand(),
  },
  {
    name: "automations",
    summary: "add, list, run and pause what runs by itself",
    group: work,
    load: async () => (await import("./commands/automations.ts")).automationsCommand(),
  },
  {
    name: "inbox",
    summary: "list what automations found, and triage it",
    group: answer,
    load: async () => (await import("./commands/inbox.ts")).inboxCommand(),
  },
  {
    name: "approvals",
    summary: "list what waits for an answer",
    group: answer,
    load: async () => (await import("./commands/approvals.ts")).approvalsCommand(),
  },
  {
    name: "approve",
    summary: "let a thread do what it asked for",
    group: answer,
    load: async () => (await import("./commands/approve.ts")).approveCommand(),
  },
  {
    name: "deny",
    summary: "refuse what a thread asked for",
    group: answer,
    load: async () => (await import("./commands/deny.ts")).denyCommand(),
  },
  {
    name: "answer",
    summary: "answer a thread's question",
    group: answer,
    load: async () => (await import("./commands/answer.ts")).answerCommand(),
  },
  {
    name: "analyze",
    summary: "tell what a newcomer should know of a project",
    group: understand,
    load: async () => (await import("./commands/analyze.ts")).analyzeCommand(),
  },
  {
    name: "history",
    summary: "search what was said and done in all threads",
    group: understand,
    load: async () => (await import("./commands/history.ts")).historyCommand(),
  },
  {
    name: "map",
    summary: "print the most used definitions",
    group: understand,
    load: async () => (await import("./commands/map.ts")).mapCommand(),
  },
  {
    name: "refs",
    summary: "list where a name is defined and used",
    group: understand,
    load: async () => (await import("./commands/refs.ts")).refsCommand(),
  },
  {
    name: "imports",
    summary: "list what a file imports",
    group: understand,
    load: async () => (await import("./commands/imports.ts")).importsCommand(),
  },
  {
    name: "importers",
    summary: "list which files import a file",
    group: understand,
    load: async () => (await import("./commands/importers.ts")).importersCommand(),
  },
  {
    name: "why",
    summary: "show how one file comes to need another",
    group: understand,
    load: async () => (await import("./commands/why.ts")).whyCommand(),
  },
  {
    name: "project",
    summary: "add, list, remove, grant and trust projects",
    group: set,
    load: async () => (await import("./commands/project.ts")).projectCommand(),
  },
  {
    name: "policy",
    summary: "say what threads may do, must ask about, or never do",
    group: set,
    load: async () => (await import("./commands/policy.ts")).policyCommand(),
  },
  {
    name: "models",
    summary: "list models and what they can do, and give them roles",
    group: set,
    load: async () => (await import("./commands/models.ts")).modelsCommand(),
  },
  {
    name: "mcp",
    summary: "add MCP servers, and approve their tools",
    group: set,
    load: async () => (await import("./commands/mcp.ts")).mcpCommand(),
  },
  {
    name: "status",
    summary: "show what the daemon is doing",
    group: set,
    load: async () => (await import("./commands/status.ts")).statusCommand(),
  },
  {
    name: "doctor",
    summary: "check what heddle relies on, and say how to mend it",
    group: set,
    load: async () => (await import("./commands/doctor.ts")).doctorCommand(),
  },
  {
    name: "watch",
    summary: "print what happens in all projects, as it happens",
    group: scripts,
    load: async () => (await import("./commands/watch.ts")).watchCommand(),
  },
  {
    name: "rpc",
    summary: "call a method of the protocol, or speak it by lines",
    group: scripts,
    load: async () => (await import("./commands/rpc.ts")).rpcCommand(),
  },
  {
    name: "completion",
    summary: "print what a shell needs to complete commands",
    group: scripts,
    load: async () =>
      (await import("./commands/completion.ts")).completionCommand(() => commandList),
  },
  {
    name: "daemon",
    summary: "start, stop and watch the daemon",
    group: set,
    load: async () => (await import("./commands/daemon.ts")).daemonCommand(),
  },
  {
    name: "service",
    summary: "have the daemon start at login, and at the first connection",
    group: set,
    load: async () => (await import("./commands/service.ts")).serviceCommand(),
  },
  {
    name: "tray",
    summary: "show what needs you as an icon in the panel",
    group: set,
    load: async () => (await import("./commands/tray.ts")).trayCommand(),
  },
  {
    name: "demo",
    summary: "see it all work on a small repository, without a key or a network",
    group: set,
    load: async () => (await import("./commands/demo.ts")).demoCommand(),
  },
];
