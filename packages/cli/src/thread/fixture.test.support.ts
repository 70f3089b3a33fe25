import type { Approval, Item, ItemId, Landing, Plan, ThreadEvent, Turn } from "@heddle/protocol";
import type { ThreadNotice } from "@heddle/protocol/node";

const uuid = (last: string) => `01990000-0000-7000-8000-${last.padStart(12, "0")}`;
export const threadId = `thr_${uuid("a1")}` as Turn["threadId"];
export const turnId = `turn_${uuid("b1")}` as Turn["id"];
export const itemId = (last: string): ItemId => `item_${uuid(last)}` as ItemId;

type Fields<Type extends Item["type"]> = Partial<Omit<Extract<Item, { type: Type }>, "type">>;

const base = { threadId, turnId, state: "completed", createdAt: 0, completedAt: 1 } as const;
const kinds = {
  userMessage: { input: [] },
  agentMessage: { text: "", textLength: 0 },
  reasoning: { text: "", textLength: 0 },
  plan: { callId: "c", steps: [], proposal: null },
  commandExecution: {
    callId: "c",
    cmd: "npm test",
    cwd: "/w",
    sessionId: null,
    exitCode: null,
    wallMs: null,
    profileHash: null,
    stopReason: null,
    outputBytes: null,
    treeHash: null,
    by: "agent",
    text: "",
    textLength: 0,
  },
  fileChange: { callId: "c", changes: [], text: "", textLength: 0 },
  toolCall: { callId: "c", tool: "read_file", arguments: "{}", text: "", textLength: 0 },
  reviewFinding: {
    callId: "c",
    finding: {
      title: "The cache grows",
      body: "Nothing empties it.",
      priority: 1,
      confidence: 0.9,
      path: "src/a.ts",
      start: 3,
      end: 4,
    },
  },
  compaction: {
    kind: "masked",
    tokensBefore: 100_000,
    tokensAfter: 40_000,
    contextTokens: 128_000,
    text: "",
    textLength: 0,
  },
} as const;

/** An item as the daemon would send it; its text is whole unless `textLength` says otherwise. */
export function item<Type extends Item["type"]>(
  type: Type,
  id: string,
  fields: Fields<Type> = {},
): Extract<Item, { type: Type }> {
  const text = "text" in fields ? String(fields.text) : "";
  const long = "text" in kinds[type] ? { text, textLength: text.length } : {};
  const made: unknown = { type, ...base, ...kinds[type], ...long, id: itemId(id), ...fields };
  return made as Extract<Item, { type: Type }>;
}

export function turn(fields: Partial<Turn> = {}): Turn {
  return {
    id: turnId,
    threadId,
    state: "done",
    mode: "implement",
    model: "local/scripted",
    effort: null,
    summary: null,
    commit: null,
    failure: null,
    retryAt: null,
    usage: {
      requests: 0,
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 0,
      reasoningTokens: 0,
      estimated: false,
      costUsd: null,
    },
    budget: null,
    proof: null,
    plan: null,
    report: null,
    createdAt: 0,
    startedAt: null,
    interruptedAt: null,
    completedAt: null,
    ...fields,
  };
}

export function approval(fields: Partial<Approval> = {}): Approval {
  return {
    id: `apr_${uuid("c1")}` as Approval["id"],
    projectId: `prj_${uuid("d1")}` as Approval["projectId"],
    threadId,
    turnId,
    itemId: itemId("1"),
    kind: "effect",
    subject: { type: "command", cmd: "rm -rf dist", cwd: "/w", tty: false },
    reason: "the policy `ask` asks before each command",
    offer: null,
    hash: "f".repeat(64),
    state: "pending",
    answer: null,
    answeredBy: null,
    createdAt: 0,
    deadlineAt: null,
    resolvedAt: null,
    ...fields,
  };
}

export const plan: Plan = {
  id: `plan_${uuid("f1")}` as Plan["id"],
  threadId,
  turnId,
  version: 1,
  state: "proposed",
  content: {
    goal: "Say two.",
    steps: ["Say it"],
    files: ["a.txt"],
    checks: [],
    lineBudget: 4,
    risks: [],
    openQuestions: [],
  },
  hash: "a".repeat(64),
  approvedHash: null,
  comment: null,
  decidedBy: null,
  createdAt: 0,
  updatedAt: 0,
};

export function landing(fields: Partial<Landing> = {}): Landing {
  return {
    id: `lnd_${uuid("e1")}` as Landing["id"],
    threadId,
    treeHash: "a".repeat(40),
    target: "main",
    squash: false,
    state: "landed",
    commit: null,
    checkCount: 0,
    checks: [],
    failure: null,
    createdAt: 0,
    completedAt: null,
    ...fields,
  };
}

export function happened(event: ThreadEvent): ThreadNotice {
  return { type: "event", seq: 1, event };
}

export function streamed(id: string, offset: number, text: string): ThreadNotice {
  return { type: "text", itemId: itemId(id), offset, text };
}
