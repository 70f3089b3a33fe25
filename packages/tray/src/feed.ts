import type { DaemonEvent } from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { byId, emptyState, isPresent, isUnread, type TrayState } from "./model/state.ts";

export interface FeedSink {
  readonly loaded: (state: TrayState) => void;
  readonly event: (event: DaemonEvent) => void;
}

/** Reads all that there is, then every event after it, until the daemon is gone for good. */
export async function followFeed(
  client: HeddleClient,
  sink: FeedSink,
  signal: AbortSignal,
): Promise<void> {
  // Before the rows are read: what changes while they are is folded in again.
  const { seq } = await client.call("daemon/subscribe", {});
  sink.loaded(await readState(client));
  for await (const { event } of client.followDaemon({ afterSeq: seq, signal })) sink.event(event);
}

async function readState(client: HeddleClient): Promise<TrayState> {
  const unread = { inbox: ["unread"] };
  const [projects, threads, approvals, automations, findings] = await Promise.all([
    listAll(client, "project/list"),
    listAll(client, "thread/list"),
    listAll(client, "approval/list"),
    listAll(client, "automation/list"),
    listAll(client, "inbox/list", { filter: unread }),
  ]);
  return {
    ...emptyState,
    connected: true,
    projects: byId(projects),
    threads: byId(threads.filter(isPresent)),
    approvals: byId(approvals),
    automations: byId(automations),
    findings: byId(findings.filter(isUnread)),
  };
}
