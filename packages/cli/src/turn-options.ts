import { Effort, type Methods, type ParamsOf, Role, type ThreadId } from "@heddle/protocol";
import { type Command, Option } from "commander";

export interface TurnOptions {
  readonly model?: string;
  readonly effort?: Effort;
}

/** Adds the options that choose how a turn is run. */
export function turnOptions(command: Command): Command {
  return command
    .option("-m, --model <model>", "a role, or a model as provider/model (see `heddle models`)")
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
    ...(model !== undefined && roleOrModel(model)),
    ...(effort !== undefined && { effort }),
  };
}

/** A model's name has a slash, a role's has none; anything else is for the daemon to refuse. */
function roleOrModel(given: string): { role: Role } | { model: string } {
  const role = Role.safeParse(given);
  return role.success ? { role: role.data } : { model: given };
}
