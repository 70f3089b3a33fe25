import type { Methods, ResultOf } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";

type Models = ResultOf<Methods, "model/list">;

export function modelsCommand(): Command {
  return command("models")
    .description("List the models that the configured providers offer.")
    .option("--json", "print providers and models as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const list = await daemon.call("model/list", {});
      if (json) return printJson(list);
      print(modelTable(list.models, outputWidth()));
      for (const line of providerFaults(list.providers)) say(line);
    });
}

function modelTable(models: Models["models"], width: number | undefined): string {
  const rows = models.map(({ id, roles }) => [printableLine(id), printableLine(roles.join(", "))]);
  return table(["MODEL", "ROLES"], rows, width);
}

function providerFaults(providers: Models["providers"]): string[] {
  return providers.flatMap(({ id, baseUrl, credentials, failure }) => {
    const fault = failure ?? (credentials === "missing" ? "it has no key" : undefined);
    return fault === undefined ? [] : [printableLine(`provider ${id} at ${baseUrl}: ${fault}`)];
  });
}
