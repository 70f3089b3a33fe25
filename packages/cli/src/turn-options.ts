import { Effort } from "@heddle/protocol";
import { type Command, InvalidArgumentError, Option } from "commander";

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
