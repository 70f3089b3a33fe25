import { bringUpToDate } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { type FollowOptions, followOptions, startAndFollow, threadForTask } from "../phase-turn.ts";
import { turnOptions } from "../turn-options.ts";
import { type TurnOptions, turnParams } from "../turn-params.ts";

interface Options extends TurnOptions, FollowOptions {
  readonly project?: string;
  readonly task?: string;
}

export function documentCommand(): Command {
  const made = command("document")
    .description("Document what a thread did, or a project. Code cannot change meanwhile.")
    .argument("[thread]", "as listed by `heddle threads`; else a new one")
    .option("--task <text>", "what to document")
    .option("-p, --project <project>", "of a new thread; else the one of the current directory");
  return followOptions(turnOptions(made)).action(
    async (given: string | undefined, options: Options) => {
      using daemon = await openDaemon();
      const text = options.task ?? bringUpToDate;
      const threadId =
        given === undefined
          ? (await threadForTask(daemon, text, options)).id
          : await findThread(daemon, given);
      const params = { ...turnParams(threadId, text, options), mode: "document" } as const;
      process.exitCode = await startAndFollow(daemon, params, options);
    },
  );
}
