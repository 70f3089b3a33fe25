import type { Command } from "commander";
import { command } from "../command.ts";
import { historyCommand, showCommand, testCommand } from "./policy-read.ts";
import { setCommand } from "./policy-set.ts";

export function policyCommand(): Command {
  return command("policy")
    .description("Say in plain sentences what threads may do, must ask about, or never do.")
    .addCommand(setCommand())
    .addCommand(showCommand())
    .addCommand(testCommand())
    .addCommand(historyCommand());
}
