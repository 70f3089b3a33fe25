import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { capabilityLines } from "../models-text.ts";
import { print, printJson } from "../terminal/output.ts";

export function probeCommand(): Command {
  return command("probe")
    .description("Find out afresh what an endpoint can do with a model. It is asked twice.")
    .argument("<model>", "as provider/model")
    .option("--json", "print what it can do as JSON")
    .action(async (model: string, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const found = await daemon.call("model/probe", { model });
      if (json) return printJson(found);
      print(capabilityLines(found).join("\n"));
    });
}
