import type { Diff } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { shortId } from "../names.ts";
import { confirm } from "../terminal/ask.ts";
import { onInterrupt } from "../terminal/interrupts.ts";
import { canAsk, paintWords, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { diffStat } from "../thread/diff-text.ts";
import { landThread } from "../thread/land-thread.ts";
import { landingCode } from "../thread/run-turn.ts";
import { Screen } from "../thread/screen.ts";

interface Options {
  readonly squash?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly input: boolean;
}

export function landCommand(): Command {
  return command("land")
    .description("Rebase a thread's work onto its target, check the result and fast-forward.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--squash", "land it as one commit")
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask")
    .option("--json", "print the landing as JSON")
    .action(land);
}

async function land(given: string, options: Options): Promise<void> {
  using daemon = await openDaemon();
  const threadId = await findThread(daemon, given);
  const diff = await daemon.call("thread/diff", { threadId });
  const { hasOlder: _, ...view } = await daemon.call("thread/read", { threadId });
  if (!(await consents(diff, view.thread.target, options))) return say("nothing was landed");

  const leave = new AbortController();
  using _interrupts = onInterrupt(() => leave.abort());
  const screen = new Screen(threadId, options.json ? "silent" : "text");
  const { treeHash } = diff;
  const squash = options.squash === true;
  const landing = await landThread({
    daemon,
    threadId,
    view,
    treeHash,
    squash,
    screen,
    signal: leave.signal,
  });
  if (!landing) {
    const hint = `see it with: heddle attach ${shortId(threadId)}`;
    throw new CliError(exitCodes.interrupted, "left; the landing goes on", hint);
  }
  if (options.json) printJson(landing);
  process.exitCode = landingCode(landing, screen);
}

async function consents(diff: Diff, target: string, options: Options): Promise<boolean> {
  if (options.yes) return true;
  if (!canAsk(options)) {
    throw usageError("landing needs --yes where nobody can be asked", "look first: heddle diff");
  }
  say(diffStat(diff, paintWords()));
  return await confirm(`land this on ${printableLine(target)}?`);
}
