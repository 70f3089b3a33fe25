import type { Automation, Run } from "@heddle/protocol";
import { listAll } from "@heddle/protocol/node";
import type { Command } from "commander";
import { findAutomation } from "../automations/find.ts";
import {
  momentText,
  nextText,
  runResult,
  sinceText,
  whenText,
  workText,
} from "../automations/words.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { count } from "../terminal/format.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { wholeNumber } from "../whole-number.ts";
import { addCommand, editCommand } from "./automations-add.ts";
import { runCommand } from "./automations-run.ts";

interface Options {
  readonly project?: string;
  readonly json?: boolean;
}

export function automationsCommand(): Command {
  return command("automations")
    .description("What runs by itself: add, list, show, edit, pause, run, and see what came of it.")
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(editCommand())
    .addCommand(pauseCommand())
    .addCommand(resumeCommand())
    .addCommand(removeCommand())
    .addCommand(runCommand())
    .addCommand(historyCommand())
    .addCommand(nextCommand())
    .addCommand(backfillCommand());
}

/** A subcommand for one automation. */
function forOne(name: string, description: string): Command {
  return command(name)
    .description(description)
    .argument("<automation>", "by name or id")
    .option("-p, --project <project>", "the project that it is of")
    .option("--json", "print the answer as JSON");
}

function listCommand(): Command {
  return command("list")
    .description("List automations with when they come next and what came of the last run.")
    .option("-p, --project <project>", "only those of this project")
    .option("--json", "print the rows as JSON")
    .action(async ({ project, json }: Options) => {
      using daemon = await openDaemon();
      const chosen = project === undefined ? undefined : await chooseProject(daemon, project);
      const filter = chosen ? { projectId: chosen.id } : {};
      const automations = await listAll(daemon, "automation/list", filter);
      if (json) printJson(automations);
      else print(automationTable(automations));
    });
}

export function automationTable(automations: readonly Automation[]): string {
  const rows = automations.map((automation) => [
    shortId(automation.id),
    printableLine(automation.name),
    automation.lastState ?? "",
    printableLine(whenText(automation)),
    nextText(automation),
    workText(automation),
  ]);
  return table(["ID", "NAME", "LAST", "WHEN", "NEXT", "WORK"], rows, outputWidth());
}

function showCommand(): Command {
  return forOne("show", "Show one automation with its last runs.").action(
    async (given: string, { project, json }: Options) => {
      using daemon = await openDaemon();
      const { id: automationId } = await findAutomation(daemon, given, project);
      const shown = await daemon.call("automation/show", { automationId });
      if (json) return printJson(shown);
      const { automation, runs } = shown;
      say(`${printableLine(automation.name)}: ${whenText(automation)}, ${workText(automation)}`);
      say(`next: ${nextText(automation) || "when it is told to"}`);
      print(runTable(runs));
    },
  );
}

function runTable(runs: readonly Run[]): string {
  const rows = runs.map((run) => [
    shortId(run.id),
    run.state,
    run.trigger,
    sinceText(run.claimedAt),
    runResult(run),
  ]);
  return table(["ID", "STATE", "BY", "AGE", "RESULT"], rows, outputWidth());
}

function pauseCommand(): Command {
  return forOne("pause", "Begin no more runs by itself.")
    .option("--reason <text>", "why, for whoever wonders")
    .action(async (given: string, { project, json, reason }: Options & { reason?: string }) => {
      using daemon = await openDaemon();
      const { id } = await findAutomation(daemon, given, project);
      const params = { automationId: id, ...(reason !== undefined && { reason }) };
      const automation = await daemon.call("automation/pause", params);
      if (json) printJson(automation);
      else say(`${printableLine(automation.name)} is paused`);
    });
}

function resumeCommand(): Command {
  return forOne("resume", "Run by itself again, from now on.").action(
    async (given: string, { project, json }: Options) => {
      using daemon = await openDaemon();
      const { id: automationId } = await findAutomation(daemon, given, project);
      const automation = await daemon.call("automation/resume", { automationId });
      if (json) printJson(automation);
      else say(`${printableLine(automation.name)} runs again: ${nextText(automation)}`);
    },
  );
}

function removeCommand(): Command {
  return forOne("remove", "Remove an automation and its runs; what it found stays.").action(
    async (given: string, { project, json }: Options) => {
      using daemon = await openDaemon();
      const { id: automationId, name } = await findAutomation(daemon, given, project);
      await daemon.call("automation/remove", { automationId });
      if (json) printJson({ automationId });
      else say(`removed ${printableLine(name)}`);
    },
  );
}

function historyCommand(): Command {
  return command("history")
    .description("List runs, newest first: every outcome is one.")
    .argument("[automation]", "by name or id; else all of the project")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-n, --limit <number>", "how many", wholeNumber(1, 500), 20)
    .option("--json", "print the rows as JSON")
    .action(async (given: string | undefined, options: Options & { limit: number }) => {
      using daemon = await openDaemon();
      const which = given
        ? { automationId: (await findAutomation(daemon, given, options.project)).id }
        : { projectId: (await chooseProject(daemon, options.project)).id };
      const { data } = await daemon.call("automation/history", { ...which, limit: options.limit });
      if (options.json) printJson(data);
      else print(runTable(data));
    });
}

function nextCommand(): Command {
  return forOne("next", "Show when an automation comes next.")
    .option("-n, --count <number>", "how many slots", wholeNumber(1, 100), 5)
    .action(
      async (given: string, { project, json, count: wanted }: Options & { count: number }) => {
        using daemon = await openDaemon();
        const { id: automationId, trigger } = await findAutomation(daemon, given, project);
        const next = await daemon.call("automation/next", { automationId, count: wanted });
        if (json) return printJson(next);
        const zone = trigger.type === "schedule" ? trigger.zone : undefined;
        for (const slot of next.slots) print(momentText(slot, zone));
        for (const warning of next.warnings) say(`note: ${warning}`);
      },
    );
}

function backfillCommand(): Command {
  return forOne("backfill", "Run for slots of the past that have no run.")
    .requiredOption("--from <time>", "the first moment, such as 2026-11-01")
    .requiredOption("--to <time>", "the last moment")
    .option("--max <number>", "at most so many", wholeNumber(1, 100), 10)
    .action(async (given: string, options: Options & { from: string; to: string; max: number }) => {
      using daemon = await openDaemon();
      const { id: automationId } = await findAutomation(daemon, given, options.project);
      const [from, to] = [moment(options.from), moment(options.to)];
      const made = await daemon.call("automation/backfill", {
        automationId,
        from,
        to,
        max: options.max,
      });
      if (options.json) return printJson(made);
      const left = made.left > 0 ? `; ${count(made.left, "slot is", "slots are")} left` : "";
      say(`${count(made.runIds.length, "run")} will begin${left}`);
    });
}

export function moment(text: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at) && at >= 0) return at;
  throw usageError(`${text} is no moment`, "give one such as 2026-11-01 or 2026-11-01T09:00");
}
