import {
  type Budget,
  Effort,
  type Methods,
  type ParamsOf,
  Role,
  type ThreadId,
} from "@heddle/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";

export interface TurnOptions {
  readonly model?: string;
  readonly effort?: Effort;
  readonly maxTokens?: number;
  readonly maxMinutes?: number;
  readonly maxCost?: number;
}

/** Adds the options that choose how a turn is run. */
export function turnOptions(command: Command): Command {
  return command
    .option("-m, --model <model>", "a role, or a model as provider/model (see `heddle models`)")
    .addOption(
      new Option("-e, --effort <effort>", "how hard the model thinks").choices(Effort.options),
    )
    .option("--max-tokens <n>", "stop the turn once it has used so many tokens", positive)
    .option("--max-minutes <n>", "stop the turn once it has worked so long", positive)
    .option("--max-cost <dollars>", "stop the turn once it has cost so much", positive);
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number above 0.");
}

function budgetOf({ maxTokens, maxMinutes, maxCost }: TurnOptions): Budget | undefined {
  if ((maxTokens ?? maxMinutes ?? maxCost) === undefined) return undefined;
  return {
    ...(maxTokens !== undefined && { tokens: Math.ceil(maxTokens) }),
    ...(maxMinutes !== undefined && { minutes: maxMinutes }),
    ...(maxCost !== undefined && { cost: maxCost }),
  };
}

export function turnParams(
  threadId: ThreadId,
  text: string,
  options: TurnOptions = {},
): ParamsOf<Methods, "turn/start"> {
  const { model, effort } = options;
  const budget = budgetOf(options);
  return {
    threadId,
    input: [{ type: "text", text }],
    ...(model !== undefined && roleOrModel(model)),
    ...(effort !== undefined && { effort }),
    ...(budget !== undefined && { budget }),
  };
}

/** A model's name has a slash, a role's has none; anything else is for the daemon to refuse. */
function roleOrModel(given: string): { role: Role } | { model: string } {
  const role = Role.safeParse(given);
  return role.success ? { role: role.data } : { model: given };
}
