import { type Finding, type InboxFilter, Severity } from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { type Command, Option } from "commander";
import { everything, findAutomation, findFinding } from "../automations/find.ts";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { age, count } from "../terminal/format.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { timeSpan } from "../time-span.ts";
import { moment } from "./automations.ts";

interface Filter {
  readonly project?: string;
  readonly automation?: string;
  readonly severity?: Severity;
  readonly all?: boolean;
  readonly json?: boolean;
}

export function inboxCommand(): Command {
  const inbox = command("inbox").description("What automations found, and waits to be triaged.");
  return withFilter(inbox)
    .option("-a, --all", "also what is fixed, accepted, snoozed or done")
    .action(async (options: Filter) => {
      using daemon = await openDaemon();
      const filter = { ...(await filterOf(daemon, options)), ...(options.all && everything) };
      const findings = await listAll(daemon, "inbox/list", { filter });
      if (options.json) printJson(findings);
      else print(findingTable(findings));
    })
    .addCommand(showCommand())
    .addCommand(fixCommand())
    .addCommand(acceptCommand())
    .addCommand(snoozeCommand())
    .addCommand(doneCommand());
}

function withFilter(given: Command): Command {
  return given
    .option("-p, --project <project>", "only of this project")
    .option("--automation <automation>", "only of this automation")
    .addOption(new Option("--severity <severity>", "only of this one").choices(Severity.options))
    .option("--json", "print the answer as JSON");
}

async function filterOf(
  daemon: HeddleClient,
  { project, automation, severity }: Filter,
): Promise<InboxFilter> {
  const chosen = project === undefined ? undefined : await chooseProject(daemon, project);
  const found = automation ? await findAutomation(daemon, automation, project) : undefined;
  return {
    ...(chosen && { projectId: chosen.id }),
    ...(found && { automationId: found.id }),
    ...(severity && { severity: [severity] }),
  };
}

export function findingTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ id, state, severity, lastSeenAt, title, inbox }) => [
    shortId(id),
    inbox === "unread" ? `${state} *` : state,
    severity,
    age(lastSeenAt),
    printableLine(title),
  ]);
  return table(["ID", "STATE", "SEVERITY", "SEEN", "TITLE"], rows, outputWidth());
}

function showCommand(): Command {
  return command("show")
    .description("Show one finding.")
    .argument("<finding>", "its id")
    .option("--json", "print it as JSON")
    .action(async (given: string, { json }: Filter) => {
      using daemon = await openDaemon();
      const { id: findingId } = await findFinding(daemon, given);
      const finding = await daemon.call("inbox/show", { findingId });
      if (json) return printJson(finding);
      const { title, state, severity, path, line, detail, remedy, accepted } = finding;
      say(printableLine(`${title} (${severity}, ${state})`));
      if (path) say(printableLine(line === null ? path : `${path}:${line}`));
      print(printable(detail));
      if (accepted) say(printableLine(`accepted by ${accepted.by}: ${accepted.reason}`));
      if (remedy) say(printableLine(`heddle inbox fix ${shortId(finding.id)} asks for: ${remedy}`));
    });
}

function fixCommand(): Command {
  return command("fix")
    .description("Start a thread that fixes a finding; its work waits for your review.")
    .argument("<finding>", "its id")
    .option("--json", "print finding and thread as JSON")
    .action(async (given: string, { json }: Filter) => {
      using daemon = await openDaemon();
      const { id: findingId } = await findFinding(daemon, given);
      const fixing = await daemon.call("inbox/fix", { findingId });
      if (json) printJson(fixing);
      else say(`${fixing.threadId} works on it; follow it with: heddle attach ${fixing.threadId}`);
    });
}

/** The findings that are named, or those that a filter chooses. */
async function chosenBy(
  daemon: HeddleClient,
  given: readonly string[],
  options: Filter,
): Promise<InboxFilter> {
  const findingIds = [];
  for (const each of given) findingIds.push((await findFinding(daemon, each)).id);
  const filter = await filterOf(daemon, options);
  if (findingIds.length > 0) return { ...filter, findingIds };
  if (Object.keys(filter).length > 0) return filter;
  throw usageError("no finding is named", "give ids, or --project, --automation or --severity");
}

function forSeveral(name: string, description: string): Command {
  const several = command(name).description(description).argument("[findings...]", "their ids");
  return withFilter(several);
}

function acceptCommand(): Command {
  return forSeveral("accept", "Live with findings, for a reason.")
    .requiredOption("--reason <text>", "why that is all right")
    .option("--until <time>", "a moment, or a span such as 30d; then they are open again")
    .action(async (given: string[], options: Filter & { reason: string; until?: string }) => {
      using daemon = await openDaemon();
      const filter = await chosenBy(daemon, given, options);
      const until = options.until === undefined ? {} : { until: later(options.until) };
      const { reason } = options;
      const answer = await daemon.call("inbox/accept", { filter, reason, ...until });
      tell(answer, "accepted", options);
    });
}

function snoozeCommand(): Command {
  return forSeveral("snooze", "Do not show findings for a time.")
    .requiredOption("--until <time>", "a moment, or a span such as 2d")
    .action(async (given: string[], options: Filter & { until: string }) => {
      using daemon = await openDaemon();
      const filter = await chosenBy(daemon, given, options);
      const until = later(options.until);
      tell(await daemon.call("inbox/snooze", { filter, until }), "snoozed", options);
    });
}

function doneCommand(): Command {
  return forSeveral("done", "Take findings out of the inbox.").action(
    async (given: string[], options: Filter) => {
      using daemon = await openDaemon();
      const filter = await chosenBy(daemon, given, options);
      tell(await daemon.call("inbox/done", { filter }), "done", options);
    },
  );
}

function tell(answer: { changed: number }, what: string, { json }: Filter): void {
  if (json) printJson(answer);
  else say(`${count(answer.changed, "finding")} ${what}`);
}

/** A moment, or so long from now. */
function later(text: string): number {
  return /^\d+[smhd]$/.test(text) ? Date.now() + timeSpan(text) : moment(text);
}
