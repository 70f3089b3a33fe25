import { type ThreadId, type ThreadView, turnEnded } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { type ExitCode, exitCodeOfTurn, exitCodes, usageError } from "../exit.ts";
import { findThread, findTurn, listThreads } from "../lookup.ts";
import { chooseProject, projectAt } from "../project.ts";
import { canAsk, canDraw, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { converse } from "../thread/converse.ts";
import { readPlace, showPlace, type Target } from "../thread/place.ts";
import { runTurn } from "../thread/run-turn.ts";
import { Screen } from "../thread/screen.ts";
import { likeliest } from "../thread/thread-groups.ts";
import { threadHeading } from "../thread/thread-heading.ts";

interface Options {
  readonly turn?: string;
  readonly jsonl?: boolean;
  readonly input: boolean;
}

export function attachCommand(): Command {
  return command("attach")
    .description("Follow a thread. On a terminal, what you type is sent to it.")
    .argument(
      "[thread]",
      "as listed by `heddle threads`; else the one here that needs you, or the newest",
    )
    .addOption(
      new Option("-t, --turn <turn>", "open it at the end of this turn").conflicts("jsonl"),
    )
    .option("--jsonl", "print each new event as a line of JSON")
    .option("--no-input", "never ask, and end with the turn that runs")
    .addHelpText(
      "after",
      "\nCtrl+C, Ctrl+D or /detach leaves; the thread goes on. `heddle interrupt` stops its turn.",
    )
    .action(async (given: string | undefined, options: Options) => {
      using daemon = await openDaemon();
      const target = await findTarget(daemon, given, options);
      if (!options.jsonl && canDraw(options)) return await draw(daemon, target);
      const found = target ?? (await noThread(daemon));
      const { threadId } = found;
      const { view, shown } = await readPlace(daemon, found);
      const screen = new Screen(threadId, options.jsonl ? "jsonl" : "text");
      if (!options.jsonl) {
        say(threadHeading(view.thread));
        showPlace(shown, (notice) => screen.show(notice));
      }
      if (canAsk(options)) await converse({ daemon, threadId, view, screen });
      else process.exitCode = await followRunning({ daemon, view, screen });
    });
}

/** Where the user wants to go; nothing where no thread can be meant. */
async function findTarget(
  daemon: HeddleClient,
  given: string | undefined,
  { turn }: Options,
): Promise<Target | undefined> {
  const threadId = given === undefined ? await threadHere(daemon) : await findThread(daemon, given);
  if (threadId === undefined) return undefined;
  if (turn === undefined) return { threadId };
  return { threadId, place: await findTurn(daemon, threadId, turn) };
}

/** The thread that is meant in this directory where none is named. */
async function threadHere(daemon: HeddleClient): Promise<ThreadId | undefined> {
  const project = await projectAt(daemon, process.cwd());
  return project && likeliest(await listThreads(daemon, { projectId: project.id }))?.id;
}

async function draw(daemon: HeddleClient, first: Target | undefined): Promise<void> {
  if (!first && (await listThreads(daemon)).length === 0) await noThread(daemon);
  // Only who attaches pays for it.
  const { attachTerminal } = await import("../attach/attach.ts");
  await attachTerminal(daemon, first);
}

async function noThread(daemon: HeddleClient): Promise<never> {
  const project = await chooseProject(daemon, undefined);
  const hint = 'begin one with: heddle run "…", or name one of `heddle threads`';
  throw usageError(`${printableLine(project.name)} has no thread yet`, hint);
}

type Running = Pick<Parameters<typeof runTurn>[0], "daemon"> & { view: ThreadView; screen: Screen };

async function followRunning({ daemon, view, screen }: Running): Promise<ExitCode> {
  const turn = view.turns.findLast(({ state }) => !turnEnded(state));
  if (!turn) {
    const last = view.turns.at(-1);
    return last ? exitCodeOfTurn(last) : exitCodes.ok;
  }
  const mode = screen.mode === "jsonl" ? "jsonl" : "text";
  const followed = { daemon, turn, mode, landing: undefined, asks: false, view, screen } as const;
  return await runTurn({ ...followed, interrupts: false });
}
