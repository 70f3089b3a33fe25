import * as z from "zod";
import { Approval } from "./approval.ts";
import { Automation } from "./automation-row.ts";
import { AbsolutePath, Actor, mutation, Seq, Timestamp } from "./common.ts";
import { globally, method, unordered } from "./define.ts";
import { ThreadEventNotice } from "./events.ts";
import { Finding } from "./finding.ts";
import { AutomationId, GrantId, McpServerId, ProjectId, RunId, ThreadId } from "./ids.ts";
import { ItemDelta } from "./item.ts";
import { McpServer } from "./mcp.ts";
import { Policy } from "./policy.ts";
import { Grant, Project } from "./project.ts";
import { Review } from "./review.ts";
import { Run } from "./run.ts";
import { Task } from "./task.ts";
import { PolicyName, Thread } from "./thread-row.ts";
import { BudgetLevel, ContextUse } from "./turn.ts";

export const DaemonEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("projectChanged"), project: Project }),
  z.object({ type: z.literal("projectRemoved"), projectId: ProjectId }),
  z.object({ type: z.literal("grantChanged"), grant: Grant }),
  z.object({ type: z.literal("grantRemoved"), projectId: ProjectId, grantId: GrantId }),
  z.object({ type: z.literal("taskChanged"), task: Task }),
  z.object({ type: z.literal("reviewChanged"), review: Review }),
  z.object({ type: z.literal("threadChanged"), thread: Thread }),
  z.object({ type: z.literal("policyChanged"), policy: Policy }),
  z.object({ type: z.literal("mcpServerChanged"), server: McpServer }),
  z.object({ type: z.literal("mcpServerRemoved"), serverId: McpServerId }),
  z.object({ type: z.literal("approvalRequested"), approval: Approval }),
  z.object({ type: z.literal("approvalResolved"), approval: Approval }),
  z.object({ type: z.literal("automationChanged"), automation: Automation }),
  z.object({ type: z.literal("automationRemoved"), automationId: AutomationId }),
  z.object({ type: z.literal("runChanged"), run: Run }),
  z.object({ type: z.literal("runsPruned"), runIds: z.array(RunId) }),
  z.object({ type: z.literal("findingChanged"), finding: Finding }),
]);
export type DaemonEvent = z.infer<typeof DaemonEvent>;

export const SequencedDaemonEvent = z.object({ seq: Seq, event: DaemonEvent });
export type SequencedDaemonEvent = z.infer<typeof SequencedDaemonEvent>;

export const DoctorFinding = z.object({
  name: z.string(),
  ok: z.boolean(),
  detail: z.string(),
  mend: z.string().nullable().describe("What to do about it."),
});
export type DoctorFinding = z.infer<typeof DoctorFinding>;

/** A backup took the place of a damaged database. */
export const Restoration = z.object({
  at: Timestamp,
  damage: z.string().describe("What was wrong with the database."),
  backupAt: Timestamp.describe("When the backup was made: what came later is lost."),
  lostUntil: Timestamp.describe("When the damaged database was last written to."),
  quarantine: AbsolutePath.nullable().describe("Where the damaged files are kept."),
});
export type Restoration = z.infer<typeof Restoration>;

export const StorageStatus = z.object({
  state: z
    .enum(["ok", "full", "readOnly", "damaged"])
    .describe("Unless it is ok, no work begins; reading goes on."),
  advice: z.string().nullable().describe("What is wrong and what to do about it."),
  freeBytes: z.int(),
  lastBackupAt: Timestamp.nullable(),
  backupFailure: z.string().nullable().describe("Why the last backup was not made."),
  restoration: Restoration.nullable().describe("Until it is acknowledged, or for 7 days."),
});
export type StorageStatus = z.infer<typeof StorageStatus>;

export const DaemonStatus = z.object({
  version: z.string(),
  protocolVersion: z.int(),
  pid: z.int(),
  startedAt: Timestamp,
  socket: AbsolutePath,
  configPath: AbsolutePath,
  statePath: AbsolutePath,
  mainModel: z.string(),
  projects: z.int(),
  threads: z.record(z.string(), z.int()).describe("Threads by status, archived ones left out."),
  unverified: z.int().describe("Threads whose last turn ended without proof."),
  approvals: z.int().describe("Approvals that wait for an answer."),
  memoryBytes: z.int(),
  today: z
    .object({ inputTokens: z.int(), outputTokens: z.int(), costUsd: z.number() })
    .describe(
      "What all turns have used since midnight; tokens without a known price cost nothing.",
    ),
  contexts: z
    .array(ContextUse.extend({ threadId: ThreadId, title: z.string() }))
    .describe("Of the threads that changed last, the newest change first."),
  budgets: z.array(BudgetLevel).describe("Those of the day."),
  preset: PolicyName.describe("What holds where no rule speaks, unless a thread has another."),
  policy: z.array(z.string()).describe("The rules for all projects, in words."),
  mcp: z.object({
    servers: z.int(),
    waiting: z.int().describe("Tools that nobody has approved yet."),
  }),
  automations: z.object({
    next: z
      .array(z.object({ name: z.string(), at: Timestamp }))
      .describe("The first that come next by a schedule, the soonest first."),
    unread: z.int().describe("Findings in the inbox that nobody has read."),
  }),
  box: z.object({
    state: z.enum(["unproven", "tight", "broken"]),
    detail: z.string().describe("What is wrong with it, or why it is not known yet."),
  }),
  storage: StorageStatus,
});
export type DaemonStatus = z.infer<typeof DaemonStatus>;

export const daemonMethods = {
  initialize: method({
    summary: "The first call of a connection: who is calling, and in which protocol version.",
    params: z.object({
      protocolVersion: z.int(),
      client: Actor.extend({ version: z.string().max(100).default("") }),
    }),
    result: z.object({
      version: z.string(),
      protocolVersion: z.int(),
      capabilities: z.object({ methods: z.array(z.string()) }),
    }),
    mutates: false,
    scope: unordered,
  }),
  "daemon/status": method({
    summary: "What the daemon is and what it is doing.",
    params: z.object({}),
    result: DaemonStatus,
    mutates: false,
    scope: unordered,
  }),
  "daemon/doctor": method({
    summary: "Prove what the daemon relies on, the box first, with a mend for each fault.",
    params: z.object({}),
    result: z.object({ findings: z.array(DoctorFinding) }),
    mutates: false,
    scope: unordered,
  }),
  "daemon/stop": method({
    summary: "Stop the daemon. Running turns are left off; the next daemon goes on with them.",
    params: z.object({ ...mutation }),
    result: z.object({}),
    mutates: true,
    scope: globally,
  }),
  "daemon/acknowledge": method({
    summary: "Take the notice away that the database was restored: somebody has read it.",
    params: z.object({ ...mutation }),
    result: z.object({}),
    mutates: true,
    scope: globally,
  }),
  "daemon/subscribe": method({
    summary: "Receive the feed of all projects from `afterSeq` on (without it, from now on).",
    params: z.object({ afterSeq: Seq.optional() }),
    result: z.object({ events: z.array(SequencedDaemonEvent), seq: Seq, live: z.boolean() }),
    mutates: false,
    scope: unordered,
  }),
  "daemon/unsubscribe": method({
    summary: "Receive no more events of the feed.",
    params: z.object({}),
    result: z.object({}),
    mutates: false,
    scope: unordered,
  }),
};

/** What the daemon sends by itself, by the name of the notification. */
export const notifications = {
  "thread/event": {
    summary: "The next durable event of a subscribed thread.",
    params: ThreadEventNotice,
  },
  "item/delta": {
    summary: "More text of an item that streams, coalesced to one notice every 10 to 16 ms.",
    params: ItemDelta,
  },
  "daemon/event": {
    summary: "The next event of the subscribed feed.",
    params: SequencedDaemonEvent,
  },
} as const;
export type Notifications = typeof notifications;
