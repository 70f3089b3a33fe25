import {
  type Automation,
  type Finding,
  FindingState,
  type InboxFilter,
  InboxState,
} from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { pick } from "../names.ts";
import { chooseProject } from "../project.ts";

/** The automation that the user names, of one project where one is given. */
export async function findAutomation(
  daemon: HeddleClient,
  given: string,
  project?: string,
): Promise<Automation> {
  const chosen = project === undefined ? undefined : await chooseProject(daemon, project);
  const filter = chosen ? { projectId: chosen.id } : {};
  const automations = await listAll(daemon, "automation/list", filter);
  const candidates = automations.map((automation) => {
    const { id, name } = automation;
    return { id, names: [name], label: name, automation };
  });
  return pick("automation", given, candidates).automation;
}

/** Findings whatever became of them. */
export const everything: InboxFilter = {
  state: FindingState.options,
  inbox: InboxState.options,
};

export async function findFinding(daemon: HeddleClient, given: string): Promise<Finding> {
  const findings = await listAll(daemon, "inbox/list", { filter: everything });
  const candidates = findings.map((finding) => {
    const { id, title } = finding;
    return { id, names: [], label: title, finding };
  });
  return pick("finding", given, candidates).finding;
}
