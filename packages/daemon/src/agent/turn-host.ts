import {
  type ApprovalSubject,
  type BudgetLevel,
  DaemonError,
  type EditTool,
  type Effort,
  type Failure,
  type Item,
  type ItemId,
  type ItemState,
  type Proof,
  type TurnState,
} from "@heddle/protocol";
import type { SpoolFile } from "../os/spool-file.ts";
import type { TreeFiles } from "../os/tree-files.ts";
import type { Box } from "../sandbox/types.ts";
import type { CodeKnowledge } from "./code-knowledge.ts";
import type { EnvironmentFacts } from "./context/environment.ts";
import type { McpHost } from "./mcp/offers.ts";
import type { ModelError } from "./model-error.ts";
import type { InputEntry, ModelEndpoint, Usage } from "./model-types.ts";
import type { Phase } from "./phases/phase.ts";

type Distribute<T> = T extends unknown ? Omit<T, keyof ItemBase> : never;
type ItemBase = Pick<Item, "id" | "threadId" | "turnId" | "state" | "createdAt" | "completedAt">;
/** What a tool says of an item that it begins; the host adds the rest. */
export type ItemDraft = Distribute<Item>;

export type CommandItem = Extract<Item, { type: "commandExecution" }>;
export type UserMessage = Extract<Item, { type: "userMessage" }>;

export type Consent =
  | { readonly allowed: true }
  /** `message` tells the model who refused, and why. */
  | { readonly allowed: false; readonly message: string };

/** What a turn has changed so far. */
export interface Changes {
  /** Of the worktree as it is now; undefined where the turn had no effect that could change it. */
  readonly treeHash: string | undefined;
  readonly files: readonly {
    readonly path: string;
    readonly kind: "added" | "changed" | "deleted";
  }[];
}

/** What the completion gate asks of the world. */
export interface Evidence {
  changes(): Promise<Changes>;
  /** A file as it was before the turn; undefined where there was none. */
  before(path: string): Promise<Buffer | undefined>;
  /** The tree on which a command is about to begin, where the proof may need it. */
  treeBefore(cmd: string): Promise<string | undefined>;
  /** The commands that the project is checked by. */
  checks(): readonly string[];
  /**
   * Where a check of the project, or a part of it, failed just so before this turn: the commit that
   * the thread began on. Undefined where it did not, and where nobody can say.
   */
  failedBefore(item: CommandItem, check?: string): Promise<string | undefined>;
  /** The items of this turn, oldest first. */
  items(): readonly Item[];
  /** How the turn was judged last. */
  proof(): Proof | null;
  record(proof: Proof): void;
}

/** What somebody may have to consent to before it happens. */
export type EffectSubject = Exclude<
  ApprovalSubject,
  { type: "question" | "changes" | "planDeviation" | "mcpDefinition" | "spending" }
>;

/** What a patch makes of files: their contents by path, undefined where one is deleted. */
export type Writes = ReadonlyMap<string, Buffer | undefined>;

/** How much of the model's window is used, and what makes room in it. */
export interface Window {
  readonly contextTokens: number;
  readonly bytesPerToken: number;
  /** What the history counts for, in bytes. */
  bytes(): number;
  /** From now on the model is sent these entries instead of the whole history, which is kept. */
  compact(entries: readonly InputEntry[]): void;
  /** What the daemon knows for itself: plan, changes, last checks, policy. */
  facts(): Promise<string>;
}

export interface RequestRecord {
  /** What was sent counted for so many bytes. */
  readonly sentBytes: number;
  readonly wallMs: number;
  /** `completed`, or the kind of the failure. */
  readonly outcome: string;
  readonly usage: Usage | undefined;
}

/**
 * Why a turn is aborted when its daemon stops: it is left as it is, and the next daemon goes on with
 * it. Nothing that happens after that is recorded.
 */
export const leaveOff = new DaemonError("shuttingDown", "the daemon is stopping");

/** How a thread's model edits files. */
export interface Patching {
  /** What it is offered for that. */
  readonly tool: EditTool;
  /** Whether so many patches in a row have failed that it should be offered the other one. */
  readonly isHopeless: boolean;
  ended(succeeded: boolean): void;
  /** From now on, and after a restart, the thread edits without patches. */
  giveUp(): void;
}

/** All that a turn can do in the world. The services provide it; the agent knows nothing else. */
export interface TurnHost {
  readonly worktree: string;
  readonly environment: EnvironmentFacts;
  readonly cacheKey: string;
  readonly model: string;
  readonly effort: Effort | undefined;
  readonly endpoint: ModelEndpoint;
  readonly patching: Patching;
  readonly phase: Phase;
  /** Finds out anew what the endpoint can do, after it refused a request; whether that changed. */
  relearn(refusal: ModelError): Promise<boolean>;
  readonly signal: AbortSignal;
  /** Whether something failed for want of space on the disk: the turn then goes on with space. */
  readonly isStarved: (error: unknown) => boolean;
  /** The worktree's files, by descriptor walks. */
  readonly files: TreeFiles;
  /** Where a program of Heddle's own, such as the searcher, stands inside the box. */
  readonly searcher: string;
  /** What the code index knows of the worktree. */
  readonly code: CodeKnowledge;

  /** The MCP servers of the project, as far as their tools were approved. */
  readonly mcp: McpHost;

  /** Whether the turn was begun by an earlier daemon, which was killed or stopped. */
  readonly resumed: boolean;
  /** Writes down, on disk, that a call's effect begins and what its recovery would need, before it does. */
  effectBegins(callId: string, journal?: string): void;
  /** The journal of an effect that an earlier daemon began and did not report. */
  unreportedEffect(callId: string): string | undefined;

  /**
   * What is known of a command that an earlier daemon began. It is never run again: if its end was
   * not stored, it is reported as interrupted, with its last lines.
   */
  recoverCommand(callId: string): string;

  /** Groups the writes of `change` into one transaction; none of them may be that an effect begins. */
  atomically<T>(change: () => T): T;
  setState(state: Exclude<TurnState, "retryWait">): void;
  /** Says why the model is asked again, and when. */
  waitForRetry(failure: Failure, waitMs: number): void;

  readonly evidence: Evidence;
  readonly window: Window;
  /** The budgets that are set, as far as they are used up; throws `budgetSpent` where one is. */
  budgets(): readonly BudgetLevel[];

  /** What the user has sent to this turn and the model has not been told yet, oldest first. */
  unread(): readonly UserMessage[];
  /** Closes the turn to further messages; false when one has come, so that it goes on. */
  conclude(): boolean;

  /** What the model is sent, oldest first. */
  history(): readonly InputEntry[];
  remember(entries: readonly InputEntry[]): void;
  recordRequest(record: RequestRecord): void;

  /** Begins an item; the one that an earlier daemon began for the same call is taken up again. */
  startItem<Draft extends ItemDraft>(draft: Draft): Extract<Item, { type: Draft["type"] }>;
  /** Streams more of the item's text to whoever watches. */
  appendText(itemId: ItemId, text: string): void;
  updateItem(item: Item): void;
  /** Ends an item. Its text is what was streamed, unless `item.text` says otherwise. */
  completeItem(item: Item, state: Exclude<ItemState, "running">): void;

  /** Ends the item of a call that an earlier daemon began, if it is still running. */
  settleItem(callId: string, state: "completed" | "failed" | "interrupted"): void;

  /** Asks the policy whether the model may be asked again, after what was spent; throws if not. */
  authorizeRequest(): Promise<void>;
  /** Asks the policy, and a person if the policy says so. */
  authorize(itemId: ItemId, subject: EffectSubject, writes?: Writes): Promise<Consent>;
  /**
   * Holds what the last effect has changed against the policy, which may ask a person. Returns what
   * the model is told where it was taken back.
   */
  settleChanges(): Promise<string | undefined>;
  ask(itemId: ItemId, question: string, options: string[]): Promise<string>;
  /** Begins what `beforeEffect` waits for, and the box if it is needed; does not wait. */
  prepareEffects(options: { readonly inBox: boolean }): void;
  /** Settles when the checkpoint stands and the box is proven: nothing may happen before. Throws after an interrupt. */
  beforeEffect(): Promise<void>;
  /** The box of this turn, opened at the first call, and again after it was lost. */
  box(): Promise<Box>;
  /** Where the whole output of a command goes; later commands of the thread can read its file. */
  spool(itemId: ItemId): SpoolFile;
}

export type TurnOutcome =
  | { readonly state: "done" | "doneUnverified"; readonly summary: string }
  | { readonly state: "interrupted" }
  | { readonly state: "failed"; readonly failure: Failure };
