import type { Methods, ParamsOf, PolicyScope } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { findAutomation } from "./automations/find.ts";
import { usageError } from "./exit.ts";
import { findThread } from "./lookup.ts";
import { chooseProject } from "./project.ts";

export interface PlaceOptions {
  readonly project?: string;
  readonly thread?: string;
  readonly global?: boolean;
  readonly automation?: string;
}

/** The options that say for what a policy holds. */
export function placeOptions(made: Command): Command {
  return made
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-t, --thread <thread>", "only this thread")
    .option("-g, --global", "all projects")
    .option("--automation <automation>", "only what this automation runs, by name or id");
}

/** For what a policy holds: one thing at a time, the project of the current directory by default. */
export async function scopeOf(daemon: HeddleClient, options: PlaceOptions): Promise<PolicyScope> {
  const { project, thread, global, automation } = options;
  if ([project, thread, global, automation].filter((one) => one !== undefined).length > 1) {
    throw usageError("--project, --thread, --global and --automation exclude each other");
  }
  if (global) return { type: "global" };
  if (automation !== undefined) {
    return { type: "automation", automationId: (await findAutomation(daemon, automation)).id };
  }
  if (thread !== undefined) return { type: "thread", threadId: await findThread(daemon, thread) };
  return { type: "project", projectId: (await chooseProject(daemon, project)).id };
}

/** Where policies are looked at, and tried. */
export async function placeOf(
  daemon: HeddleClient,
  options: PlaceOptions,
): Promise<ParamsOf<Methods, "policy/show">> {
  const { type: _, ...place } = await scopeOf(daemon, options);
  return place;
}
