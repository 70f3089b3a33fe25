import {
  DaemonError,
  type HistoryHit,
  slashCommands,
  slashUsage,
  type Thread,
} from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { listThreads } from "../lookup.ts";
import { shortId } from "../names.ts";
import { age } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Target } from "../thread/place.ts";
import { byGroup, groupOf } from "../thread/thread-groups.ts";
import { threadState } from "../thread/thread-state.ts";
import type { Choice } from "./picker.ts";

/** The slash commands; one that takes words is written for the user to go on. */
export function menuChoices(run: (line: string) => void, write: (text: string) => void): Choice[] {
  return slashCommands.map((command) => ({
    name: slashUsage(command),
    detail: command.summary,
    choose: () =>
      command.arguments.length === 0 ? run(`/${command.name}`) : write(`/${command.name} `),
  }));
}

/** All threads by what they need. */
export async function threadChoices(
  daemon: HeddleClient,
  go: (target: Target) => void,
): Promise<Choice[]> {
  const projects = await listAll(daemon, "project/list");
  const names = new Map(projects.map(({ id, name }) => [id, name]));
  return byGroup(await listThreads(daemon)).map((thread) => ({
    name: printableLine(thread.title),
    detail: threadDetail(thread, names.get(thread.projectId) ?? ""),
    group: groupOf(thread),
    choose: () => go({ threadId: thread.id }),
  }));
}

function threadDetail(thread: Thread, project: string): string {
  const state = threadState(thread);
  const said = state === groupOf(thread) ? "" : `${state}, `;
  return `${said}${age(thread.updatedAt)} ago, ${printableLine(project)} ${shortId(thread.id)}`;
}

/** What was said and done in all threads and has these words; the last may be a beginning. */
export async function historyChoices(
  daemon: HeddleClient,
  typed: string,
  go: (target: Target) => void,
): Promise<Choice[]> {
  const query = typed.replace(/(\w)$/, "$1*");
  const hits = await daemon.call("history/search", { query, limit: 30 }).then(
    ({ data }) => data,
    (error: unknown) => {
      // A phrase that is only half typed.
      if (error instanceof DaemonError && error.kind === "invalidParams") return [];
      throw error;
    },
  );
  return hits.map((hit) => ({
    name: printableLine(hit.threadTitle),
    detail: hitDetail(hit),
    choose: () => go({ threadId: hit.threadId, place: hit.itemId }),
  }));
}

function hitDetail({ snippet, at }: HistoryHit): string {
  const text = snippet.replaceAll("\u0002", "").replaceAll("\u0003", "").replaceAll(/\s+/g, " ");
  return `${age(at)}  ${printableLine(text)}`;
}
