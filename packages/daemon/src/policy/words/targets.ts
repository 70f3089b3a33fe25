import { type CommandClass, PolicyTarget } from "@heddle/protocol";
import { changeTarget } from "./change.ts";
import { commandsOf, exactCommandsOf } from "./commands.ts";
import { hostOf, isCertainlyHost } from "./hosts.ts";
import { following, isName } from "./lists.ts";
import { dollars } from "./numbers.ts";
import { NotUnderstood, type Reader } from "./reader.ts";

/** What a sentence speaks of, with what it makes an exception of in passing. */
export interface Spoken {
  readonly target: PolicyTarget;
  readonly except?: PolicyTarget;
}

/** What comes after "ask before", "never" or "allow". */
export function spokenOf(reader: Reader): Spoken {
  const found =
    anything(reader) ??
    outside(reader) ??
    tools(reader) ??
    network(reader) ??
    spending(reader) ??
    commands(reader) ??
    plain(changeTarget(reader));
  if (found) return found;
  throw reader.stuck('what is done, such as "changing files" or "running \'git push\'"');
}

const plain = (target: PolicyTarget | undefined): Spoken | undefined => target && { target };

function anything(reader: Reader): Spoken | undefined {
  const words = [
    "anything",
    "everything",
    "any effect",
    "each effect",
    "every effect",
    "any action",
  ];
  const done = ["do anything", "doing anything", "every action", "each action", "all effects"];
  return reader.eat(...words, ...done) ? { target: { type: "anything" } } : undefined;
}

const somethingOutside = ["files outside", "anything outside", "paths outside", "outside"];
const ofWorktree = ["the worktree", "the project", "the repository", "its worktree"];

function outside(reader: Reader): Spoken | undefined {
  const verbs = [
    ...["touch", "touching", "read", "reading", "write", "writing", "access", "accessing"],
    ...["change", "changing", "use", "using", "look at", "looking at", "read or write"],
    ...["leave", "leaving", "reading or writing", "edit", "editing"],
  ];
  return reader.try(() => {
    const verb = reader.eat(...verbs);
    if (verb === undefined) return undefined;
    const leaves = verb.startsWith("leav") || reader.eat(...somethingOutside) !== undefined;
    if (!leaves) return undefined;
    reader.eat("of");
    return reader.eat(...ofWorktree) ? { target: { type: "outsideWorktree" } } : undefined;
  });
}

/** Those of MCP servers: "using MCP tools of 'github' or 'files/read_file'". */
function tools(reader: Reader): Spoken | undefined {
  return reader.try(() => {
    reader.eat("use", "using", "call", "calling", "the use of", "calls of");
    const remote = reader.eat("remote") !== undefined;
    const spoken = reader.eat("mcp tools", "any mcp tool", "any mcp tools", "mcp servers", "mcp");
    if (spoken === undefined) return undefined;
    const names = reader.eat("of", "from") ? namesOf(reader) : undefined;
    const target = { type: "tool", ...(names && { names }), ...(remote && { remote }) } as const;
    return { target: target as PolicyTarget };
  });
}

const toolNames = "the name of an MCP server such as github, or one of its tools: 'github/search'";

/** The first may be bare; of the others a bare one could as well begin another action. */
function namesOf(reader: Reader): string[] {
  const first = toolName(reader, false);
  if (first === undefined) throw reader.stuck(toolNames);
  return [first, ...following(reader, (from) => toolName(from, true))];
}

function toolName(reader: Reader, quoted: boolean): string | undefined {
  return reader.try(() => {
    const token = reader.take();
    const isSaid = token && (quoted ? token.quoted : isName(token));
    const name = isSaid ? token.text : "";
    return PolicyTarget.safeParse({ type: "tool", names: [name] }).success ? name : undefined;
  });
}

const online = ["the network", "the internet", "the web", "network access"];

function network(reader: Reader): Spoken | undefined {
  const uses = ["use", "using", "access", "accessing", "reach", "reaching", "connect to"];
  const target = { type: "command", class: "network" } as const;
  if (!reader.sees("network access to")) {
    if (reader.eat("go online", "going online", "network access")) return { target };
  }
  return reader.try(() => {
    const verb = reader.eat(
      ...uses,
      ...["connecting to", "contact", "contacting", "talk to", "talking to", "download from"],
      ...["downloading from", "upload to", "uploading to", "connections to", "requests to"],
      ...["network access to", "network requests to", "making requests to", "make requests to"],
    );
    if (verb === undefined) return undefined;
    if (reader.eat(...online)) return { target };
    const others = reader.eat(
      ...[
        "hosts other than",
        "any host but",
        "any host except",
        "anything but",
        "other hosts than",
      ],
      ...["any host other than", "anything other than", "hosts except"],
    );
    if (others === undefined) reader.eat("the host", "the hosts", "host", "hosts");
    if (others === undefined && /^us(?:e|ing)$/.test(verb)) return undefined;
    refuseFile(reader, verb);
    const first = reader.try(() => hostOf(reader));
    if (first === undefined) {
      if (others === undefined && /^access/.test(verb)) return undefined;
      throw reader.stuck('a host such as example.org, or "the network"');
    }
    const hosts = [first, ...following(reader, hostOf)];
    return { target: { type: "connection", hosts, ...(others && { others: true as const }) } };
  });
}

/** Files are read and written, and nothing but their names tells them from hosts. */
function refuseFile({ next }: Reader, verb: string): void {
  if (next === undefined || !/^(?:access|reach)/.test(verb)) return;
  if (/^https?:/.test(next.word) || isCertainlyHost(next.text)) return;
  if (!next.quoted && !/[/.]/.test(next.text)) return;
  throw new NotUnderstood(
    `"${next.text}" may be a file, and reading is in no rule; say "changing" it, or "connecting to" a host`,
  );
}

type Period = Extract<PolicyTarget, { type: "spending" }>["per"];
const periods: readonly (readonly [Period, readonly string[]])[] = [
  ["turn", ["in one turn", "in a turn", "a turn", "per turn", "on a turn", "in any turn"]],
  ["thread", ["in one thread", "in a thread", "a thread", "per thread", "on a thread"]],
  ["day", ["in one day", "in a day", "a day", "per day", "today"]],
  ["sinceLastApproval", ["since the last approval", "since my last approval", "in total"]],
];

function spending(reader: Reader): Spoken | undefined {
  return reader.try(() => {
    if (!reader.eat("spend", "spending", "costs of", "costs")) return undefined;
    reader.need('"more than" and an amount', "more than", "over", "above");
    const overUsd = dollars(reader);
    const [per] = periods.find(([, words]) => reader.eat(...words)) ?? [
      "sinceLastApproval" as const,
    ];
    return { target: { type: "spending", overUsd, per } };
  });
}

const named: readonly (readonly [CommandClass, readonly string[]])[] = [
  ["test", ["tests", "the tests", "test commands", "the test suite", "a test"]],
  [
    "versionControl",
    [
      ...["git commands", "git commands that write", "version control commands"],
      "commands of version control",
      ...["version control", "a git command", "any git command"],
    ],
  ],
  ["network", ["network commands", "commands that use the network", "commands that go online"]],
  ["install", ["install commands", "commands that install packages", "installers"]],
];
const installed = [
  ...["packages", "dependencies", "a package", "new packages", "new dependencies", "software"],
  ...["a dependency", "any package", "any packages", "any dependency", "libraries"],
];
const everyCommand = [
  ...["commands", "any command", "any commands", "a command", "every command", "each command"],
  ...["shell commands", "all commands", "anything", "any shell command"],
];

function commands(reader: Reader): Spoken | undefined {
  return reader.try(() => {
    const short = shortForms(reader);
    if (short) return plain(short);
    const verb = reader.eat(
      ...["run", "running", "execute", "executing", "start", "starting", "call", "calling"],
      ...["use", "using", "invoke", "invoking"],
    );
    if (verb === undefined) return plain(bareCommands(reader));
    const [kind] = named.find(([, words]) => reader.eat(...words)) ?? [];
    if (kind) return { target: { type: "command", class: kind } };
    if (reader.eat(...everyCommand)) return everyCommandBut(reader);
    if (reader.eat("exactly")) {
      return { target: { type: "command", argv: exactCommandsOf(reader), exact: true } };
    }
    const isQuoted = reader.next?.quoted;
    const argv = commandsOf(reader);
    if (reader.eat("commands", "command") && !isQuoted) {
      throw new NotUnderstood(`put the command into quotation marks: '${argv[0]?.join(" ")}'`);
    }
    return { target: { type: "command", argv } };
  });
}

function everyCommandBut(reader: Reader): Spoken {
  const target = { type: "command" } as const;
  if (!reader.eat("other than", "but")) return { target };
  const [kind] = named.find(([, words]) => reader.eat(...words)) ?? [];
  if (kind) return { target, except: { type: "command", class: kind } };
  const argv = commandsOf(reader);
  return { target, except: { type: "command", argv } };
}

function bareCommands(reader: Reader): PolicyTarget | undefined {
  const words = ["commands", "any command", "every command", "each command", "a command"];
  if (reader.eat(...words)) return { type: "command" };
  const [kind] = named.find(([, names]) => reader.eat(...names)) ?? [];
  return kind && { type: "command", class: kind };
}

/** Verbs that are commands by themselves. */
function shortForms(reader: Reader): PolicyTarget | undefined {
  const argv = (...words: string[]): PolicyTarget => ({ type: "command", argv: [words] });
  const install = reader.try(() => {
    const verb = reader.eat("install", "installing", "add", "adding", "installation of");
    if (verb === undefined) return undefined;
    return reader.eat(...installed, ...(verb.startsWith("add") ? [] : ["anything", "modules"]));
  });
  if (install) return { type: "command", class: "install" };
  if (reader.eat("force push", "force pushing", "force-push", "force-pushing")) {
    return argv("git", "push", "--force");
  }
  if (reader.eat("push", "pushing")) return argv("git", "push");
  if (reader.eat("commit", "committing")) return argv("git", "commit");
  return undefined;
}
