import { writeFile } from "node:fs/promises";
import type { HistoryHit } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { age } from "../terminal/format.ts";
import { paintOut, print, printJson, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { exportThread, threadMarkdown } from "../thread/export.ts";
import { wholeNumber } from "../whole-number.ts";

interface Options {
  readonly project?: string;
  readonly thread?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const details = `
All words have to occur; "two words" is a phrase, and word* a beginning. Archived threads are
searched too. Behind -- every word is searched for: heddle history -- export. heddle attach
THREAD --turn TURN opens the place; heddle fork THREAD --turn TURN goes on from it.`;

export function historyCommand(): Command {
  const made = command("history");
  made.parseOptions = wordsBehindDashes(made.parseOptions.bind(made));
  return made
    .description("Search what was said and done in all threads.")
    .argument("[query...]", "words; without them, the newest")
    .option("-p, --project <project>", "only threads of this project")
    .option("-t, --thread <thread>", "only this thread")
    .option("-n, --limit <number>", "how many", wholeNumber(1, 200), 20)
    .option("--json", "print the hits as JSON")
    .addHelpText("after", details)
    .addCommand(exportCommand())
    .action(history);
}

type ParseOptions = Command["parseOptions"];

/** Keeps a word behind `--` from being taken for a subcommand: an empty word comes before it. */
function wordsBehindDashes(parse: ParseOptions): ParseOptions {
  return (argv) => {
    const { operands, unknown } = parse(argv);
    const own = argv.includes("--") && !unknown.includes("--");
    return { operands: own ? ["", ...operands] : operands, unknown };
  };
}

async function history(words: string[], options: Options): Promise<void> {
  using daemon = await openDaemon();
  const { project, thread } = options;
  const projectId = project === undefined ? undefined : (await chooseProject(daemon, project)).id;
  const threadId = thread === undefined ? undefined : await findThread(daemon, thread);
  const found = await daemon.call("history/search", {
    query: words.map(asTyped).join(" ").trim(),
    limit: options.limit,
    ...(projectId !== undefined && { projectId }),
    ...(threadId !== undefined && { threadId }),
  });
  if (options.json) return printJson(found);
  if (found.data.length === 0) return say("nothing was found");
  print(found.data.map((hit) => hitText(hit, paintOut())).join(""));
  sayPlace(found.data[0]);
  if (found.more) say("there is more; ask for it with --limit");
}

/** A word of several words is a phrase, unless what is a phrase in it is marked already. */
function asTyped(word: string): string {
  return /\s/.test(word) && !word.includes('"') ? `"${word}"` : word;
}

/** How the place of a hit is opened from a shell. */
export function sayPlace(hit: HistoryHit | undefined): void {
  if (hit === undefined) return;
  const { threadId, turnId } = hit;
  say(`open a place with: heddle attach ${shortId(threadId)} --turn ${shortId(turnId)}`);
}

/** A hit with its place, and the words around it. */
export function hitText(hit: HistoryHit, paint: Paint, now = Date.now()): string {
  const { threadId, threadTitle, turnId, snippet, at } = hit;
  const place = `${shortId(threadId)}  ${age(at, now)}  turn ${shortId(turnId)}`;
  const [head = "", ...rest] = snippet.replace(/\s+/g, " ").split("\u0002");
  const shown = rest.map((piece) => {
    const [match = "", after = ""] = piece.split("\u0003");
    return `${paint(["bold", "yellow"], printable(match))}${printable(after)}`;
  });
  return `${paint("dim", place)}  ${printableLine(threadTitle)}\n  ${printable(head).trimStart()}${shown.join("").trimEnd()}\n`;
}

function exportCommand(): Command {
  return command("export")
    .description("Write down a whole thread, as Markdown or as JSON.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--json", "as JSON, with its approvals, comments, reviews and last landings")
    .option("-o, --output <file>", "into a file")
    .action(async (given: string, { json, output }: { json?: boolean; output?: string }) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const whole = await exportThread(daemon, threadId);
      const text = json ? `${JSON.stringify(whole, null, 2)}\n` : threadMarkdown(whole);
      if (output === undefined) return json ? printJson(whole) : print(text);
      await writeFile(output, text, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
        const why = error.code === "EEXIST" ? "it is there already" : error.message;
        throw new CliError(exitCodes.failed, `${output} could not be written: ${why}`);
      });
      say(`wrote ${printableLine(output)}`);
    });
}
