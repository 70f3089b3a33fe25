import { posix } from "node:path";
import type { Weekday } from "@heddle/protocol";
import { Weekday as weekdays } from "@heddle/protocol";
import { hostsOf } from "./classes.ts";
import { commandsIn, type ShellCommand } from "./shell.ts";
import type { Word } from "./shell-words.ts";

export interface FileFact {
  readonly path: string;
  readonly kind: "add" | "update" | "delete";
  readonly added: number;
  readonly deleted: number;
}

/** One thing that an action does, which is judged by itself. */
export type Part =
  | {
      readonly type: "command";
      readonly words: readonly Word[];
      /** Why it may do more than its words say. */
      readonly unknown: string | undefined;
      readonly hosts: readonly (string | null)[];
      /** Whether it names a file that is not in the worktree; undefined where that is not known. */
      readonly outside: boolean | undefined;
      /** Whether it is a check of the project, which its user has set. */
      readonly isCheck: boolean;
    }
  | { readonly type: "file"; readonly file: FileFact }
  | {
      /** A call of a tool of an MCP server. */
      readonly type: "tool";
      readonly server: string;
      readonly tool: string;
      /** Where it goes; undefined for a server in the box. */
      readonly host: string | undefined;
      /** Whether one of its arguments is a path that is not in the worktree. */
      readonly outside: boolean;
      /** Whether the box lets it change nothing and reach nobody, whatever it tries. */
      readonly confined: boolean;
    };

/** What is known of an action before it happens, or of what a command has changed. */
export interface Facts {
  readonly parts: readonly Part[];
  /** The files of this change, and of all changes since the last approval, this one included. */
  readonly change: readonly FileFact[];
  readonly sinceApproval: readonly FileFact[];
  readonly costUsd: Readonly<Record<"turn" | "thread" | "day" | "sinceLastApproval", number>>;
  readonly time: string;
  readonly day: Weekday;
  readonly attended: boolean;
}

/** What is the same for all that happens in a turn at one moment. */
export type Circumstances = Pick<Facts, "costUsd" | "time" | "day" | "attended">;

/** The time of the day and the day of the week, in the daemon's own zone. */
export function momentOf(now: number): Pick<Facts, "time" | "day"> {
  const date = new Date(now);
  const time = [date.getHours(), date.getMinutes()];
  const day = weekdays.options[(date.getDay() + 6) % 7] ?? "mon";
  return { time: time.map((part) => String(part).padStart(2, "0")).join(":"), day };
}

export interface ToolCall {
  readonly server: string;
  readonly tool: string;
  /** Null for a server in the box. */
  readonly host: string | null;
  /** JSON. */
  readonly arguments: string;
}

export interface CommandLine {
  readonly cmd: string;
  readonly cwd: string;
  readonly worktree: string;
  readonly checks: readonly string[];
}

/** What a command line does, as far as its text tells it. */
export async function commandParts(line: CommandLine): Promise<Part[]> {
  const { cmd, checks } = line;
  const isCheck = checks.some((check) => check.trim() === cmd.trim());
  const commands = await commandsIn(cmd);
  return commands.map((command) => ({
    type: "command",
    words: command.words,
    unknown: command.unknown,
    hosts: hostsOf(command.words),
    outside: touchesOutside(command, line),
    isCheck,
  }));
}

/** What is typed into a program is what that program makes of it. */
export async function inputParts(chars: string, line: CommandLine): Promise<Part[]> {
  const typed = await commandParts({ ...line, cmd: chars, checks: [] });
  const unknown = "what the program makes of the input is not known";
  return [
    ...typed,
    { type: "command", words: [], unknown, hosts: [], outside: undefined, isCheck: false },
  ];
}

/** What a call of a tool does, of which no more is known than its arguments. */
export function toolPart(
  { server, tool, host, arguments: json }: ToolCall,
  { worktree, confined = false }: { worktree: string; confined?: boolean },
): Extract<Part, { type: "tool" }> {
  const paths = textsIn(JSON.parse(json)).map(pathOf);
  const outside = paths.some((path) => isOutside(path, { cwd: worktree, worktree }));
  return { type: "tool", server, tool, host: host ?? undefined, outside, confined };
}

/** All texts in a JSON value, names of properties too. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value)].flatMap(
    textsIn,
  );
}

/** A text as the path that a program may take it for; text of several lines is none. */
function pathOf(text: string): string {
  const line = text.trim();
  if (/[\n\r]/.test(line)) return "";
  return line.replace(/^file:\/\//i, "/");
}

export function fileParts(files: readonly FileFact[]): Part[] {
  return files.map((file) => ({ type: "file", file }));
}

function touchesOutside(
  { words, redirects, unknown }: ShellCommand,
  line: CommandLine,
): boolean | undefined {
  const named = [...words.slice(1), ...redirects];
  if (named.some((word) => word !== null && pathsIn(word).some((path) => isOutside(path, line)))) {
    return true;
  }
  return unknown !== undefined || named.includes(null) ? undefined : false;
}

/** A word, and what may be a path within it: `--out=path`, `-opath`, `of=path`. */
function pathsIn(word: string): string[] {
  const value = word.includes("=") ? [word.slice(word.indexOf("=") + 1)] : [];
  const attached = /^-[a-zA-Z](.+)$/.exec(word)?.[1];
  return [word, ...value, ...(attached === undefined ? [] : [attached])];
}

const devices = /^\/dev\/(?:null|zero|full|tty|u?random|std(?:in|out|err)|fd(?:\/\d+)?)$/;

function isOutside(
  path: string,
  { cwd, worktree }: Pick<CommandLine, "cwd" | "worktree">,
): boolean {
  if (path.startsWith("~")) return true;
  if (!path.startsWith("/") && !/(?:^|\/)\.\.(?:\/|$)/.test(path)) return false;
  const whole = posix.resolve(cwd, path);
  return whole !== worktree && !whole.startsWith(`${worktree}/`) && !devices.test(whole);
}
