import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Methods, ParamsOf, Project } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { parse } from "yaml";
import { findAutomation } from "../automations/find.ts";
import {
  parseSentence,
  parseWhen,
  type Said,
  type Trigger,
  type When,
  type Work,
} from "../automations/sentence.ts";
import { momentText, whenText, workText } from "../automations/words.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { chooseProject } from "../project.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

type Options = NonNullable<ParamsOf<Methods, "automation/add">["options"]>;

interface Given {
  readonly project?: string;
  readonly name?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly policy?: string;
  readonly overlap?: string;
  readonly catchUp?: string;
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
    .option("--zone <zone>", "an IANA time zone", here)
    .option("--policy <policy>", "the policy of its threads")
    .option("--overlap <what>", "skip, bufferOne, cancelOther or allow")
    .option("--catch-up <mode>", "none, one or all: what becomes of slots that passed")
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
      const { id: automationId, projectId } = await findAutomation(daemon, which, given.project);
      const { project } = await daemon.call("project/read", { projectId });
      const changes: ParamsOf<Methods, "automation/edit">["changes"] = {
        options: optionsOf(given),
        ...(given.name !== undefined && { name: given.name }),
      };
      if (sentence !== undefined || given.cron !== undefined) {
        const said = await newPlan(sentence, project, given);
        changes.trigger = await triggerOf(daemon, said.when, project, given.zone ?? here);
        if (said.work) changes.work = said.work;
        await readBack(daemon, { trigger: changes.trigger, ...(said.work && { work: said.work }) });
        if (!(await consents(given))) return say("nothing was changed");
      }
      const automation = await daemon.call("automation/edit", { automationId, changes });
      if (given.json) printJson(automation);
      else say(`changed ${printableLine(automation.name)}`);
    },
  );
}

async function newPlan(
  sentence: string | undefined,
  project: Project,
  given: Given,
): Promise<{ when: When; work?: Work }> {
  if (sentence === undefined) return { when: { type: "schedule", cron: given.cron ?? "" } };
  const when = parseWhen(sentence);
  return when ? { when } : (await understand(sentence, project, given)).said;
}

/** A sentence; or a recipe's name, which its own file, or --cron, says the time of. */
async function understand(
  sentence: string,
  project: Project,
  { cron }: Given,
): Promise<{ said: Said; options: Options }> {
  if (cron !== undefined) {
    const work: Work = /^[a-z0-9-]+$/.test(sentence)
      ? { type: "recipe", recipe: sentence }
      : { type: "prompt", prompt: sentence };
    return { said: { when: { type: "schedule", cron }, work }, options: {} };
  }
  if (!/^[a-z0-9-]+$/.test(sentence)) return { said: parseSentence(sentence), options: {} };
  return await ownRecipe(sentence, project);
}

/** The front matter of a recipe's file: `when` in words, and the options of an automation. */
async function ownRecipe(
  recipe: string,
  project: Project,
): Promise<{ said: Said; options: Options }> {
  const path = join(project.path, ".heddle", "automations", `${recipe}.md`);
  const text = await readFile(path, "utf8").catch(() => undefined);
  const hint = `say when as well: "every weekday at 9, run recipe ${recipe}"`;
  if (text === undefined) throw usageError(`there is no ${path} that says when`, hint);
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  const { when: words, ...options } = (parse(front ?? "") ?? {}) as Record<string, unknown>;
  const when = typeof words === "string" ? parseWhen(words) : undefined;
  if (when === undefined) throw usageError(`${path} has no \`when\` that I understand`, hint);
  return { said: { when, work: { type: "recipe", recipe } }, options: options as Options };
}

async function triggerOf(
  daemon: HeddleClient,
  when: When,
  project: Project,
  zone: string,
): Promise<Trigger> {
  if (when.type === "schedule") return { ...when, zone };
  if (when.type === "commit") return when;
  const { id } = await findAutomation(daemon, when.name, project.id);
  return { type: "after", automationId: id, on: "any" };
}

/** Says what was understood, with the next five slots and what may surprise. */
async function readBack(
  daemon: HeddleClient,
  plan: { trigger: Trigger; work?: Work },
): Promise<void> {
  say(`when: ${whenText(plan as never)}`);
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

function optionsOf({ policy, overlap, catchUp }: Given): Options {
  return {
    ...(policy !== undefined && { policy: policy as Options["policy"] }),
    ...(overlap !== undefined && { overlap: overlap as Options["overlap"] }),
    ...(catchUp !== undefined && { catchUp: { mode: catchUp } as Options["catchUp"] }),
  } as Options;
}
