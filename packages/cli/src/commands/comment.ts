import type { PlacedComment, ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { pick, shortId } from "../names.ts";
import { count } from "../terminal/format.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { consentedPlan } from "./implement.ts";

interface Options {
  readonly old?: boolean;
  readonly send?: boolean;
  readonly remove?: string;
  readonly json?: boolean;
}

const details = `
Comments hold on to the text of their lines, and are found again when the diff moves. They wait until
--send gives all of them to the agent at once. Without a place, those that wait are listed.`;

export function commentCommand(): Command {
  return command("comment")
    .description("Comment on lines of a thread's diff.")
    .argument("<thread>", "as listed by `heddle threads`")
    .argument("[place]", "PATH:LINE or PATH:FIRST-LAST")
    .argument("[text]", "what to say of it")
    .option("--old", "the lines are those that were deleted")
    .option("--send", "send all comments that wait")
    .option("--remove <comment>", "take one back")
    .option("--json", "print the answer as JSON")
    .addHelpText("after", details)
    .action(comment);
}

async function comment(
  given: string,
  place: string | undefined,
  text: string | undefined,
  options: Options,
): Promise<void> {
  const placed = place === undefined ? undefined : parsePlace(place);
  if (placed && (text === undefined || text.trim() === "")) throw usageError("say something of it");
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  if (options.remove !== undefined) await remove(daemon, threadId, options.remove);
  if (placed && text !== undefined) {
    const side = options.old ? "old" : "new";
    const added = await daemon.call("comment/add", { threadId, ...placed, side, text });
    if (options.json && !options.send) return printJson(added);
  }
  if (options.send) return await send(daemon, threadId, options);
  await list(daemon, threadId, options);
}

/** `src/a.ts:3-5` as the daemon takes it. */
export function parsePlace(place: string): { path: string; start: number; end: number } {
  const [, path, first, last = first] = /^(.+):([1-9]\d*)(?:-([1-9]\d*))?$/.exec(place) ?? [];
  if (path === undefined) {
    throw usageError(`${place} is no place; expected PATH:LINE or PATH:FIRST-LAST`);
  }
  return { path, start: Number(first), end: Number(last) };
}

async function remove(daemon: HeddleClient, threadId: ThreadId, given: string): Promise<void> {
  const { data } = await daemon.call("comment/list", { threadId });
  const candidates = data.map(({ id, text }) => ({ id, names: [], label: printableLine(text) }));
  const { id: commentId } = pick("comment", given, candidates);
  await daemon.call("comment/remove", { threadId, commentId });
}

async function send(daemon: HeddleClient, threadId: ThreadId, { json }: Options): Promise<void> {
  const plan = await consentedPlan(daemon, threadId);
  const sent = await daemon.call("comment/send", { threadId, ...plan });
  if (json) return printJson(sent);
  say(`sent ${count(sent.comments.length, "comment")}`);
  say(`follow it with: heddle attach ${shortId(threadId)}`);
}

async function list(daemon: HeddleClient, threadId: ThreadId, { json }: Options): Promise<void> {
  const { data } = await daemon.call("comment/list", { threadId });
  if (json) return printJson(data);
  const open = data.filter(({ state }) => state === "open");
  if (open.length === 0) return say("no comment waits");
  print(open.map(commentText).join(""));
}

function commentText({ id, path, place, anchor, text }: PlacedComment): string {
  const side = anchor.side === "old" ? "  (as it was before)" : "";
  const where = `${printableLine(path)}:${place === null ? "its lines are gone" : linesText(place)}`;
  return `${shortId(id)}  ${where}${side}\n  ${printable(text).replaceAll("\n", "\n  ")}\n`;
}

function linesText({ start, end }: NonNullable<PlacedComment["place"]>): string {
  return end > start ? `${start}-${end}` : `${start}`;
}
