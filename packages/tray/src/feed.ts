import type { DaemonEvent } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
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
  const unread = { inbox: ["unread" as const] };
  const [projects, threads, approvals, automations, findings] = await Promise.all([
    all((page) => client.call("project/list", page)),
    all((page) => client.call("thread/list", page)),
    all((page) => client.call("approval/list", page)),
    all((page) => client.call("automation/list", page)),
    all((page) => client.call("inbox/list", { filter: unread, ...page })),
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

interface Page<Row> {
  readonly data: readonly Row[];
  readonly nextCursor: string | null;
}

async function all<Row>(
  read: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    rows.push(...page.data);
    cursor = page.nextCursor;
  }
  return rows;
}
