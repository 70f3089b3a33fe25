import { dirname } from "node:path";
import {
  type Automation,
  AutomationOptions,
  CatchUp,
  PolicyName,
  type Project,
  Trigger,
  type Work,
} from "@heddle/protocol";
import { type HeddleClient, heddlePaths } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { findAutomation } from "../automations/find.ts";
import type { GivenOptions } from "../automations/own-recipe.ts";
import { parseSentence, parseWhen, type Said, type When } from "../automations/sentence.ts";
import { momentText, whenText, workText } from "../automations/words.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { chooseProject } from "../project.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { wholeNumber } from "../whole-number.ts";

const { overlap } = AutomationOptions.shape;

interface Given {
  readonly project?: string;
  readonly name?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly policy?: PolicyName;
  readonly overlap?: AutomationOptions["overlap"];
  readonly catchUp?: CatchUp["mode"];
  readonly fix?: number;
  readonly yes?: boolean;
  readonly input: boolean;
  readonly json?: boolean;
}

const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

function withOptions(given: Command): Command {
  return given
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("--name <name>", "what it is called")
    .option("--cron <fields>", "five fields, instead of words for when")
    .option("--zone <zone>", "an IANA time zone; that of this machine by default")
    .addOption(
      new Option("--policy <policy>", "the policy of its threads").choices(PolicyName.options),
    )
    .addOption(
      new Option("--overlap <what>", "what a slot does while a run goes on").choices(
        overlap.options,
      ),
    )
    .addOption(
      new Option("--catch-up <mode>", "what becomes of slots that passed").choices(
        CatchUp.shape.mode.options,
      ),
    )
    .option(
      "--fix <count>",
      "fix so many findings of each run in threads that wait for review",
      wholeNumber(0, 10),
    )
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask")
    .option("--json", "print the automation as JSON");
}

export function addCommand(): Command {
  const add = command("add")
    .description("Add an automation by a sentence; it is read back with its next slots first.")
    .argument("<sentence>", 'such as "every weekday at 9, scan dependencies"; or a recipe');
  return withOptions(add).action(async (sentence: string, given: Given) => {
    using daemon = await openDaemon();
    const project = await chooseProject(daemon, given.project);
    const { said, options } = await understand(sentence, project, given);
    const trigger = await triggerOf(daemon, said.when, project, given.zone ?? here);
    await readBack(daemon, { trigger, work: said.work });
    if (!(await consents(given))) return say("nothing was added");
    const automation = await daemon.call("automation/add", {
      projectId: project.id,
      trigger,
      work: said.work,
      options: { ...options, ...optionsOf(given) },
      ...(given.name !== undefined && { name: given.name }),
    });
    if (given.json) printJson(automation);
    else say(`added ${printableLine(automation.name)} to ${printableLine(project.name)}`);
  });
}

export function editCommand(): Command {
  const edit = command("edit")
    .description("Change when an automation runs, what it does, or how.")
    .argument("<automation>", "by name or id")
    .argument("[sentence]", "when and what from now on");
  return withOptions(edit).action(
    async (which: string, sentence: string | undefined, given: Given) => {
      using daemon = await openDaemon();
      const before = await findAutomation(daemon, which, given.project);
      const { id: automationId, projectId } = before;
      const { project } = await daemon.call("project/read", { projectId });
      const said = await newPlan(sentence, { project, given, before });
      const zone = given.zone ?? zoneOf(before) ?? here;
      const plan = said && {
        trigger: await triggerOf(daemon, said.when, project, zone),
        ...(said.work && { work: said.work }),
      };
      if (plan) {
        await readBack(daemon, plan);
        if (!(await consents(given))) return say("nothing was changed");
      }
      const name = given.name === undefined ? {} : { name: given.name };
      const changes = { ...plan, ...name, options: optionsOf(given) };
      const automation = await daemon.call("automation/edit", { automationId, changes });
      if (given.json) printJson(automation);
      else say(`changed ${printableLine(automation.name)}`);
    },
  );
}

function zoneOf({ trigger }: Automation): string | undefined {
  return trigger.type === "schedule" ? trigger.zone : undefined;
}

/** Another time or other work; a zone alone moves the schedule that is there. */
async function newPlan(
  sentence: string | undefined,
  { project, given, before }: { project: Project; given: Given; before: Automation },
): Promise<{ when: When; work?: Work } | undefined> {
  const { cron, zone } = given;
  if (sentence === undefined) {
    if (cron !== undefined) return { when: { type: "schedule", cron } };
    const { trigger } = before;
    const moves = zone !== undefined && trigger.type === "schedule";
    return moves ? { when: { type: "schedule", cron: trigger.cron } } : undefined;
  }
  const when = parseWhen(sentence);
  return when ? { when } : (await understand(sentence, project, given)).said;
}

/** A sentence; or a recipe's name, which its own file, or --cron, says the time of. */
async function understand(
  sentence: string,
  project: Project,
  { cron }: Given,
): Promise<{ said: Said; options: GivenOptions }> {
  if (cron !== undefined) {
    const work: Work = /^[a-z0-9-]+$/.test(sentence)
      ? { type: "recipe", recipe: sentence }
      : { type: "prompt", prompt: sentence };
    return { said: { when: { type: "schedule", cron }, work }, options: {} };
  }
  if (!/^[a-z0-9-]+$/.test(sentence)) return { said: parseSentence(sentence), options: {} };
  const folders = { project: project.path, config: dirname(heddlePaths().config) };
  // A reader of YAML is loaded only where there is a file.
  const { readOwnRecipe } = await import("../automations/own-recipe.ts");
  const { when, options } = await readOwnRecipe(sentence, folders);
  return { said: { when, work: { type: "recipe", recipe: sentence } }, options };
}

async function triggerOf(
  daemon: HeddleClient,
  when: When,
  project: Project,
  zone: string,
): Promise<Trigger> {
  if (when.type === "schedule") return { ...when, zone };
  if (when.type === "commit") return Trigger.parse(when);
  const { id } = await findAutomation(daemon, when.name, project.id);
  return { type: "after", automationId: id, on: "any" };
}

/** Says what was understood, with the next five slots and what may surprise. */
async function readBack(
  daemon: HeddleClient,
  plan: { trigger: Trigger; work?: Work },
): Promise<void> {
  say(`when: ${whenText(plan)}`);
  if (plan.work) say(`what: ${workText({ work: plan.work })}`);
  if (plan.trigger.type !== "schedule") return;
  const { cron, zone } = plan.trigger;
  const { slots, warnings } = await daemon.call("automation/next", { schedule: { cron, zone } });
  say("next:");
  for (const slot of slots) say(`  ${momentText(slot, zone)}`);
  for (const warning of warnings) say(`note: ${warning}`);
}

async function consents(given: Given): Promise<boolean> {
  if (given.yes) return true;
  if (canAsk(given)) return await confirm("is that right?");
  throw usageError("an automation is set up only with --yes where nobody can be asked");
}

function optionsOf({ policy, overlap, catchUp, fix }: Given): GivenOptions {
  return {
    ...(policy !== undefined && { policy }),
    ...(overlap !== undefined && { overlap }),
    ...(catchUp !== undefined && { catchUp: { mode: catchUp } }),
    ...(fix !== undefined && { fixes: fix }),
  };
}
