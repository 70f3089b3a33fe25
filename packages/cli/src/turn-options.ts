import { Effort, type Methods, type ParamsOf, type ThreadId } from "@heddle/protocol";
import { type Command, Option } from "commander";

export interface TurnOptions {
  readonly model?: string;
  readonly effort?: Effort;
}

/** Adds the options that choose how a turn is run. */
export function turnOptions(command: Command): Command {
  return command
    .option("-m, --model <model>", "the model, as provider/model (see `heddle models`)")
    .addOption(
      new Option("-e, --effort <effort>", "how hard the model thinks").choices(Effort.options),
    );
}

export function turnParams(
  threadId: ThreadId,
  text: string,
  { model, effort }: TurnOptions = {},
): ParamsOf<Methods, "turn/start"> {
  return {
    threadId,
    input: [{ type: "text", text }],
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
  };
}
