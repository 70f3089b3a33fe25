import type { Approval, Automation, DaemonEvent, Finding, Project, Thread } from "@heddle/protocol";

/** What the tray knows of the daemon. Rows are kept by id, as the last event had them. */
export interface TrayState {
  readonly connected: boolean;
  readonly projects: ReadonlyMap<string, Project>;
  readonly threads: ReadonlyMap<string, Thread>;
  /** Those that wait for an answer. */
  readonly approvals: ReadonlyMap<string, Approval>;
  readonly automations: ReadonlyMap<string, Automation>;
  /** Those that nobody has read. */
  readonly findings: ReadonlyMap<string, Finding>;
  /** Until when somebody has seen what failed. */
  readonly seenAt: number;
}

export const emptyState: TrayState = {
  connected: false,
  projects: new Map(),
  threads: new Map(),
  approvals: new Map(),
  automations: new Map(),
  findings: new Map(),
  seenAt: 0,
};

/** Folds one event of the daemon's feed; those that do not concern the tray change nothing. */
export function applyDaemonEvent(state: TrayState, event: DaemonEvent): TrayState {
  switch (event.type) {
    case "projectChanged":
      return { ...state, projects: put(state.projects, event.project) };
    case "projectRemoved":
      return { ...state, projects: without(state.projects, event.projectId) };
    case "threadChanged":
      return { ...state, threads: keep(state.threads, event.thread, isPresent(event.thread)) };
    case "approvalRequested":
    case "approvalResolved": {
      const waits = event.approval.state === "pending";
      return { ...state, approvals: keep(state.approvals, event.approval, waits) };
    }
    case "automationChanged":
      return { ...state, automations: put(state.automations, event.automation) };
    case "automationRemoved":
      return { ...state, automations: without(state.automations, event.automationId) };
    case "findingChanged":
      return { ...state, findings: keep(state.findings, event.finding, isUnread(event.finding)) };
    default:
      return state;
  }
}

export function isPresent({ status }: Thread): boolean {
  return status !== "archived";
}

export function isUnread({ inbox }: Finding): boolean {
  return inbox === "unread";
}

export function byId<Row extends { readonly id: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

type Rows<Row> = ReadonlyMap<string, Row>;

function put<Row extends { readonly id: string }>(rows: Rows<Row>, row: Row): Rows<Row> {
  return new Map(rows).set(row.id, row);
}

function without<Row>(rows: Rows<Row>, id: string): Rows<Row> {
  return new Map([...rows].filter(([key]) => key !== id));
}

function keep<Row extends { readonly id: string }>(
  rows: Rows<Row>,
  row: Row,
  kept: boolean,
): Rows<Row> {
  return kept ? put(rows, row) : without(rows, row.id);
}
