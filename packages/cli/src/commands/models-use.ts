import { Effort, Role } from "@heddle/protocol";
import { Argument, type Command, Option } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

export function useCommand(): Command {
  return command("use")
    .description("Give a role to a model: in the configuration, and from the next turn on.")
    .addArgument(new Argument("<role>", "what it is used for").choices(Role.options))
    .argument("<model>", "as provider/model")
    .addOption(new Option("-e, --effort <effort>", "how hard it thinks").choices(Effort.options))
    .action(async (role: Role, model: string, { effort }: { effort?: Effort }) => {
      using daemon = await openDaemon();
      const given = await daemon.call("model/use", { role, model, ...(effort && { effort }) });
      const hard = given.effort === null ? "" : `, effort ${given.effort}`;
      const { configPath } = await daemon.call("daemon/status", {});
      say(`${role} is ${printableLine(given.model)}${hard}; written into ${configPath}`);
    });
}
