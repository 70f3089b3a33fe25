import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { modelTable, modelWords } from "../models-text.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { probeCommand } from "./models-probe.ts";
import { useCommand } from "./models-use.ts";

const details = `
A role is what a model is used for: main for turns, fast for quick experiments, cheap for work in the
background, review for reviews. \`heddle run -m fast "…"\` gives a turn to the model of a role.
Programs that serve models on this machine are found by themselves: Ollama, LM Studio, vLLM and
llama.cpp. What an endpoint can do is found out with its first turn.`;

export function modelsCommand(): Command {
  return command("models")
    .description("List the models that can be used, what they can do, and their roles.")
    .option("--json", "print providers, models and roles as JSON")
    .addHelpText("after", details)
    .addCommand(useCommand())
    .addCommand(probeCommand())
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const list = await daemon.call("model/list", {});
      if (json) return printJson(list);
      print(modelTable(list, outputWidth()));
      for (const line of modelWords(list)) say(line);
    });
}
