import { type Run, runEnded } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { findAutomation } from "../automations/find.ts";
import { runResult } from "../automations/words.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { chooseProject } from "../project.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { printable } from "../terminal/printable.ts";

interface Options {
  readonly project?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

export function runCommand(): Command {
  return command("run")
    .description("Run an automation now; or a recipe in a project, and say what it found.")
    .argument("<what>", "an automation by name or id, or a recipe")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .addOption(new Option("-d, --detach", "do not wait for the outcome"))
    .option("--json", "print the run as JSON")
    .action(async (what: string, options: Options) => {
      using daemon = await openDaemon();
      const begun = await begin(daemon, what, options);
      const run = options.detach ? begun : await outcomeOf(daemon, begun);
      if (options.json) printJson(run);
      else await tell(daemon, run);
      if (run.state === "failed" || run.state === "timedOut" || run.state === "couldNotCheck") {
        throw new CliError(exitCodes.failed, `the run ended as ${run.state}`);
      }
    });
}

/** An automation of that name goes before a recipe. */
async function begin(daemon: HeddleClient, what: string, options: Options): Promise<Run> {
  const project = await chooseProject(daemon, options.project).catch((error: unknown) => {
    if (options.project !== undefined) throw error;
    return undefined;
  });
  const known = await findAutomation(daemon, what, project?.id).catch(() => undefined);
  if (known?.name === what || known?.id.endsWith(what) || project === undefined) {
    const { id: automationId } = known ?? (await findAutomation(daemon, what));
    return await daemon.call("automation/run", { automationId });
  }
  const recipe = { projectId: project.id, name: what };
  return await daemon.call("automation/run", { recipe });
}

async function outcomeOf(daemon: HeddleClient, begun: Run): Promise<Run> {
  if (runEnded(begun.state)) return begun;
  for await (const run of statesOf(daemon, begun)) {
    if (run.state === "waitingForApproval") say("it waits for an answer: heddle approvals");
    if (runEnded(run.state)) return run;
  }
  throw new CliError(exitCodes.unavailable, "the daemon went away before the run had ended");
}

/** The run as it is, and as it becomes: followed before it is read, so that nothing is between. */
async function* statesOf(
  daemon: HeddleClient,
  { id, automationId }: Run,
): AsyncGenerator<Run, void> {
  const feed = daemon.followDaemon();
  const first = feed.next();
  const { runs } = await daemon.call("automation/show", { automationId });
  yield* runs.filter((run) => run.id === id);
  for (let next = await first; !next.done; next = await feed.next()) {
    const { event } = next.value;
    if (event.type === "runChanged" && event.run.id === id) yield event.run;
  }
}

async function tell(daemon: HeddleClient, run: Run): Promise<void> {
  say(`${run.state}: ${runResult(run)}`);
  if (run.state !== "findings") return;
  const filter = { automationId: run.automationId };
  const { data } = await daemon.call("inbox/list", { filter, limit: 100 });
  for (const { severity, title, detail, id, state } of data) {
    print(printable(`${severity} (${state}): ${title}  [${id.slice(-8)}]\n${indented(detail)}`));
  }
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `    ${line}`.trimEnd())
    .join("\n");
}
