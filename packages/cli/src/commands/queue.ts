import { type ThreadView, type Turn, turnEnded } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { pick, shortId } from "../names.ts";
import { age } from "../terminal/format.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";

interface Options {
  readonly cancel?: string;
  readonly json?: boolean;
}

export function queueCommand(): Command {
  return command("queue")
    .description("List the turns of a thread that run or wait, first to last; or take one out.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("-c, --cancel <turn>", "take this turn out; what was sent with it stays visible")
    .option("--json", "print the turns as JSON")
    .action(async (given: string, { cancel, json }: Options) => {
      using daemon = await openDaemon();
      const threadId = await findThread(daemon, given);
      const view = await daemon.call("thread/read", { threadId, limit: 500 });
      const open = view.turns.filter(({ state }) => !turnEnded(state));
      if (cancel === undefined) {
        if (json) printJson(open);
        else if (open.length === 0) say("no turn runs or waits");
        else print(queueTable(open, view));
        return;
      }
      const candidates = open.map(({ id }) => ({ id, names: [], label: wordsOf(view, id) }));
      const turnId = pick("turn in the queue", cancel, candidates).id;
      const { interrupted } = await daemon.call("turn/interrupt", { turnId });
      if (!interrupted) throw new CliError(exitCodes.failed, "too late: it has ended");
      if (json) printJson({ interrupted: [turnId] });
      else say(`took out ${shortId(turnId)}`);
    });
}

function queueTable(turns: readonly Turn[], view: ThreadView): string {
  const rows = turns.map(({ id, state, createdAt }) => [
    shortId(id),
    state,
    age(createdAt),
    wordsOf(view, id),
  ]);
  return table(["ID", "STATE", "AGE", "INPUT"], rows, outputWidth());
}

/** What was sent with a turn, on one line. */
function wordsOf({ items }: ThreadView, turnId: Turn["id"]): string {
  const message = items.find((item) => item.type === "userMessage" && item.turnId === turnId);
  if (message?.type !== "userMessage") return "";
  const parts = message.input.map((part) => (part.type === "text" ? part.text : part.path));
  return printableLine(parts.join(" "));
}
