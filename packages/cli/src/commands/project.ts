import type { Command } from "commander";
import { command } from "../command.ts";
import { addCommand } from "./project-add.ts";
import { grantCommand } from "./project-grant.ts";
import { grantsCommand, revokeCommand } from "./project-grants.ts";
import { listCommand, removeCommand } from "./project-list.ts";
import { relinkCommand } from "./project-relink.ts";
import { trustCommand } from "./project-trust.ts";

export function projectCommand(): Command {
  return command("project")
    .description("Add, list, remove, grant and trust projects.")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
    .addCommand(relinkCommand())
    .addCommand(grantCommand())
    .addCommand(grantsCommand())
    .addCommand(revokeCommand())
    .addCommand(trustCommand());
}
