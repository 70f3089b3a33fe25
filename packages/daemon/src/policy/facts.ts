import type { Weekday } from "@heddle/protocol";
import { Weekday as weekdays } from "@heddle/protocol";
import { isOfClass } from "./classes.ts";
import { type Host, hostsOf, hostsOfRedirects } from "./hosts.ts";
import { isOutside, type Place, placeAfter, placeAt, touchesOutside } from "./outside.ts";
import { unknownOfFiles } from "./program-files.ts";
import { commandsIn, type ShellCommand } from "./shell.ts";
import type { Word } from "./shell-word.ts";

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
      readonly hosts: readonly Host[];
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
export function commandParts(line: CommandLine): Part[] {
  const { cmd, checks } = line;
  const isCheck = checks.some((check) => check.trim() === cmd.trim());
  const parts: Part[] = [];
  let place = placeAt(line.cwd, line.worktree);
  for (const command of commandsIn(cmd)) {
    parts.push({ ...commandPart(command, place), isCheck });
    place = placeAfter(command, place);
  }
  return parts;
}

function commandPart(command: ShellCommand, place: Place): Extract<Part, { type: "command" }> {
  const { words, redirects } = command;
  const unknown = command.unknown ?? unknownOfFiles(command);
  const connects = words.length > 0 && isOfClass("network", words);
  return {
    type: "command",
    words,
    unknown,
    hosts: [
      ...(connects || unknown !== undefined ? hostsOf(words, connects) : []),
      ...hostsOfRedirects(redirects),
    ],
    outside: touchesOutside(command, place),
    isCheck: false,
  };
}

/** What is typed into a program is what that program makes of it. */
export function inputParts(chars: string, line: CommandLine): Part[] {
  const typed = commandParts({ ...line, cmd: chars, checks: [] });
  const unknown = "what the program makes of the input is not known";
  return [
    ...typed,
    commandPart({ words: [], redirects: [], unknown }, placeAt(line.cwd, line.worktree)),
  ];
}

/** What a call of a tool does, of which no more is known than its arguments. */
export function toolPart(
  { server, tool, host, arguments: json }: ToolCall,
  { worktree, confined = false }: { worktree: string; confined?: boolean },
): Extract<Part, { type: "tool" }> {
  const paths = textsIn(JSON.parse(json)).map(pathOf);
  const place = placeAt(worktree, worktree);
  const outside = paths.some((path) => isOutside(path, place) === true);
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
