import * as z from "zod";
import { mutation, page, pageParams, Timestamp } from "./common.ts";
import { method, unordered } from "./define.ts";
import { AutomationId, FindingId, ProjectId, RunId, ThreadId } from "./ids.ts";

/** Worst last. */
export const Severity = z.enum(["info", "low", "moderate", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

export const FindingState = z
  .enum(["new", "open", "fixed", "reopened", "accepted"])
  .describe(
    "`open`: seen again. `fixed`: a run that looked did not see it. `reopened`: it is back.",
  );
export type FindingState = z.infer<typeof FindingState>;

export const InboxState = z.enum(["unread", "read", "snoozed", "done"]);
export type InboxState = z.infer<typeof InboxState>;

/** What a run reports, once for each automation and fingerprint, however often it is seen. */
export const Finding = z.object({
  id: FindingId,
  automationId: AutomationId,
  projectId: ProjectId,
  kind: z.enum(["finding", "run"]).describe("`run`: a run that was missed or failed."),
  fingerprint: z.string().max(1000),
  state: FindingState,
  inbox: InboxState,
  severity: Severity,
  title: z.string(),
  detail: z.string(),
  path: z.string().nullable(),
  line: z.int().nullable(),
  remedy: z.string().nullable().describe("What would fix it, in words; `inbox/fix` asks for it."),
  firstRunId: RunId,
  lastRunId: RunId,
  firstSeenAt: Timestamp,
  lastSeenAt: Timestamp,
  fixedAt: Timestamp.nullable(),
  snoozedUntil: Timestamp.nullable(),
  accepted: z
    .object({ reason: z.string(), until: Timestamp.nullable(), by: z.string(), at: Timestamp })
    .nullable(),
  threadId: ThreadId.nullable().describe("The thread that was started to fix it."),
});
export type Finding = z.infer<typeof Finding>;

/** Which findings; by default those that need somebody. */
export const InboxFilter = z.object({
  findingIds: z.array(FindingId).max(500).optional(),
  projectId: ProjectId.optional(),
  automationId: AutomationId.optional(),
  severity: z.array(Severity).optional(),
  state: z.array(FindingState).optional(),
  inbox: z.array(InboxState).optional(),
});
export type InboxFilter = z.infer<typeof InboxFilter>;

/** How many rows one bulk action changes. */
const changed = z.object({ changed: z.int(), findings: z.array(FindingId).max(500) });

export const inboxMethods = {
  "inbox/list": method({
    summary:
      "List what waits to be triaged, newest first: without a filter, all but what is fixed, accepted, snoozed or done.",
    params: z.object({ filter: InboxFilter.default({}), ...pageParams }),
    result: page(Finding).extend({ unread: z.int().describe("The badge: of all projects.") }),
    mutates: false,
    scope: unordered,
  }),
  "inbox/show": method({
    summary: "Read one finding; it is read then.",
    params: z.object({ findingId: FindingId, ...mutation }),
    result: Finding,
    mutates: true,
    scope: unordered,
  }),
  "inbox/fix": method({
    summary: "Start a thread that fixes a finding. Its work waits for review as all work does.",
    params: z.object({ findingId: FindingId, ...mutation }),
    result: z.object({ finding: Finding, threadId: ThreadId }),
    mutates: true,
    scope: unordered,
  }),
  "inbox/accept": method({
    summary: "Live with findings, for a reason and perhaps for a time; then they are open again.",
    params: z.object({
      filter: InboxFilter,
      reason: z.string().trim().min(1).max(1000),
      until: Timestamp.optional(),
      ...mutation,
    }),
    result: changed,
    mutates: true,
    scope: unordered,
  }),
  "inbox/snooze": method({
    summary: "Do not show findings before a moment.",
    params: z.object({ filter: InboxFilter, until: Timestamp, ...mutation }),
    result: changed,
    mutates: true,
    scope: unordered,
  }),
  "inbox/done": method({
    summary: "Take findings out of the inbox, until they are worse or come back.",
    params: z.object({ filter: InboxFilter, ...mutation }),
    result: changed,
    mutates: true,
    scope: unordered,
  }),
};
