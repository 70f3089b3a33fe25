import type { Grant } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { isFullId, pick, shortId } from "../names.ts";
import { chooseProject } from "../project.ts";
import { duration } from "../terminal/format.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";

export function grantsCommand(): Command {
  return command("grants")
    .description("List what a project and its threads are granted.")
    .argument("[project]", "by name, path or id; else the one of the current directory")
    .option("--json", "print the rows as JSON")
    .action(async (given: string | undefined, { json }: { json?: boolean }) => {
      using daemon = await openDaemon();
      const grants = await grantsOf(daemon, given);
      if (json) printJson(grants);
      else print(grantTable(grants, { width: outputWidth(), now: Date.now() }));
    });
}

interface RevokeOptions {
  readonly project?: string;
  readonly json?: boolean;
}

export function revokeCommand(): Command {
  return command("revoke")
    .description("Take a grant back. Connections to its host are cut at once.")
    .argument("<grant>", "by its id or value, as `heddle project grants` lists them")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("--json", "print project and grants as JSON")
    .action(async (given: string, { project, json }: RevokeOptions) => {
      using daemon = await openDaemon();
      const grantId = await findGrant(daemon, given, project);
      const after = await daemon.call("project/revoke", { grantId });
      if (json) return printJson(after);
      say(`took back ${printableLine(given)}`);
    });
}

async function grantsOf(daemon: HeddleClient, project: string | undefined): Promise<Grant[]> {
  const { id } = await chooseProject(daemon, project);
  return (await daemon.call("project/read", { projectId: id })).grants;
}

async function findGrant(
  daemon: HeddleClient,
  given: string,
  project: string | undefined,
): Promise<Grant["id"]> {
  if (isFullId(given)) return given as Grant["id"];
  const candidates = (await grantsOf(daemon, project)).map(({ id, kind, value, threadId }) => ({
    id,
    names: [value],
    label: printableLine(`${kind} ${value}${threadId ? ` for ${shortId(threadId)}` : ""}`),
  }));
  return pick("grant", given, candidates).id;
}

/** Grants as they are listed. */
export function grantTable(
  grants: readonly Grant[],
  { width, now }: { width: number | undefined; now: number },
): string {
  const rows = grants.map(({ id, kind, threadId, expiresAt, value }) => [
    shortId(id),
    kind,
    threadId === null ? "project" : shortId(threadId),
    expiresAt === null ? "taken back" : `in ${duration(Math.max(0, expiresAt - now))}`,
    printableLine(value),
  ]);
  return table(["ID", "KIND", "FOR", "UNTIL", "VALUE"], rows, width);
}
