import type { BudgetLevel, Item, ItemId, Project, TurnState } from "@heddle/protocol";
import type { CodeKnowledge } from "../agent/code-knowledge.ts";
import type { EnvironmentFacts } from "../agent/context/environment.ts";
import type { ModelError } from "../agent/model-error.ts";
import type { ModelEndpoint } from "../agent/model-types.ts";
import type { Phase } from "../agent/phases/phase.ts";
import type {
  Consent,
  EffectSubject,
  Evidence,
  TurnHost,
  Window,
  Writes,
} from "../agent/turn-host.ts";
import type { SpoolFile } from "../os/spool-file.ts";
import { openTree, type TreeFiles } from "../os/tree-files.ts";
import type { Box } from "../sandbox/types.ts";
import { type BudgetServices, budgetsOf, levelsOf } from "./budgets.ts";
import type { Code } from "./code.ts";
import type { Snapshot } from "./git/commits.ts";
import { notTakenBack } from "./git/take-back.ts";
import { type McpServices, TurnMcp } from "./mcp/turn-mcp.ts";
import type { Models, TurnModel } from "./models.ts";
import { type PhaseServices, turnPhase } from "./phases/turn-phase.ts";
import { TurnPolicy, type TurnPolicyServices } from "./policy/turn-policy.ts";
import { threadCode } from "./thread-code.ts";
import { ThreadPatching } from "./thread-patching.ts";
import { TurnClock } from "./turn-clock.ts";
import { type ConsentServices, TurnConsent } from "./turn-consent.ts";
import { type EvidenceServices, TurnEvidence } from "./turn-evidence.ts";
import { type GroundServices, type GroundSubject, TurnGround } from "./turn-ground.ts";
import { type RecordServices, type RecordSubject, TurnRecord } from "./turn-record.ts";
import { TurnTrees } from "./turn-trees.ts";
import { TurnWindow } from "./turn-window.ts";

/** So often files are looked at again after something was taken back. */
const roundsAtMost = 5;

/** What every turn shares. */
export interface HostServices
  extends RecordServices,
    PhaseServices,
    ConsentServices,
    TurnPolicyServices,
    GroundServices,
    EvidenceServices,
    BudgetServices,
    McpServices {
  readonly models: Models;
  readonly code: Code;
  readonly searcher: string;
  /** What a model is taken to hold of which nobody knows. */
  readonly contextTokens: number;
  /** Whether work that failed with this error failed for want of a disk to store it on. */
  readonly isStarved: (error?: unknown) => boolean;
}

/** What is particular to one turn. */
export interface HostSubject extends Omit<RecordSubject, "enters">, GroundSubject, TurnModel {
  readonly project: Project;
  /** Called as soon as nothing can join the turn any more. */
  readonly closed: () => void;
}

/** The world as one running turn has it. Disposing ends the turn's box and all of its commands. */
export class ServiceTurnHost extends TurnRecord implements TurnHost, AsyncDisposable {
  readonly #services: HostServices;
  readonly #subject: HostSubject;
  readonly #consent: TurnConsent;
  readonly #ground: TurnGround;
  readonly #models: Models;
  readonly #modelName: string;
  readonly #trees: TurnTrees;
  readonly #clock: TurnClock;
  readonly files: TreeFiles;
  readonly phase: Phase;
  /** The commands that have to pass: the project's, and those of its plan. */
  readonly checks: readonly string[];
  readonly evidence: Evidence;
  readonly window: Window;
  readonly worktree: string;
  readonly environment: EnvironmentFacts;
  readonly cacheKey: string;
  readonly model: string;
  readonly effort: TurnHost["effort"];
  readonly patching: ThreadPatching;
  readonly searcher: string;
  readonly mcp: TurnMcp;
  readonly code: CodeKnowledge;
  readonly isStarved: TurnHost["isStarved"];
  #endpoint: ModelEndpoint;
  #hadEffects: boolean;

  constructor(services: HostServices, given: HostSubject) {
    const clock = new TurnClock(services, given);
    const signal = AbortSignal.any([given.signal, clock.signal]);
    const subject = { ...given, signal };
    super(services, { ...subject, enters: (state: TurnState) => clock.enter(state) });
    const { turn, thread, checkout, project } = subject;
    this.#services = services;
    this.#subject = subject;
    this.#clock = clock;
    this.#trees = new TurnTrees(services, subject);
    const policy = new TurnPolicy(services, subject, this.#trees);
    this.#consent = new TurnConsent(services, subject, { record: this, policy });
    this.#ground = new TurnGround(services, subject, (tree) => this.#trees.begin(tree));
    this.#hadEffects = services.store.checkpoints.find(turn.id) !== undefined;
    this.checks = checksOf(services, subject);
    this.evidence = new TurnEvidence(services, {
      turn,
      thread,
      project,
      checks: this.checks,
      signal,
      trees: this.#trees,
      hadEffects: () => this.#hadEffects,
    });
    this.window = new TurnWindow(services.store, {
      ...subject,
      trees: this.#trees,
      checks: this.checks,
      contextTokens: subject.endpoint.capabilities.contextLength ?? services.contextTokens,
      compact: (entries) => this.compactHistory(entries),
    });
    this.phase = turnPhase(services, {
      ...subject,
      trees: this.#trees,
      hadEffects: () => this.#hadEffects,
      restored: (tree, paths) => policy.restored(tree, paths),
      ask: (itemId, about) => this.#consent.leavePlan(itemId, about),
      addItem: (draft) => this.addItem(draft),
    });
    this.worktree = checkout.worktree;
    this.files = openTree(this.worktree);
    this.cacheKey = thread.id;
    this.model = subject.model;
    this.effort = turn.effort ?? undefined;
    this.#endpoint = subject.endpoint;
    this.#models = services.models;
    this.#modelName = turn.model;
    this.patching = new ThreadPatching(services.store.patching, thread.id, subject.editTool);
    this.searcher = services.searcher;
    this.mcp = new TurnMcp(services, {
      ...subject,
      worktree: this.worktree,
      box: () => this.box(),
      touched: () => this.#trees.touch(),
      question: (itemId, about) => this.#consent.question(itemId, about),
      acceptsDefinition: (itemId, about) => this.#consent.acceptsDefinition(itemId, about),
    });
    this.code = threadCode(services.code, thread.id);
    this.isStarved = services.isStarved;
    this.environment = environmentOf(services, subject);
  }

  /** Whether the turn may have changed something. */
  get hadEffects(): boolean {
    return this.#hadEffects;
  }

  get endpoint(): ModelEndpoint {
    return this.#endpoint;
  }

  async relearn(refusal: ModelError): Promise<boolean> {
    const { signal } = this;
    const before = this.#endpoint.capabilities;
    const learnt = await this.#models.relearn(this.#modelName, { before, refusal, signal });
    if (learnt) this.#endpoint = { ...this.#endpoint, capabilities: learnt };
    return learnt !== undefined;
  }

  conclude(): boolean {
    if (this.unread().length > 0) return false;
    this.#subject.closed();
    return true;
  }

  budgets(): readonly BudgetLevel[] {
    const { turn, thread } = this.#subject;
    const subject = { turnId: turn.id, threadId: thread.id, budget: turn.budget };
    const limits = budgetsOf(this.#services, subject);
    if (limits.length > 0) this.atomically(() => this.#clock.enter("sampling"));
    return levelsOf(this.#services, limits);
  }

  override effectBegins(callId: string, journal?: string): void {
    this.#trees.touch();
    super.effectBegins(callId, journal);
  }

  override completeItem(item: Item, state: Exclude<Item["state"], "running">): void {
    super.completeItem(item, state);
    if (item.type === "commandExecution") this.#trees.commandEnded(item.exitCode);
  }

  authorize(itemId: ItemId, subject: EffectSubject, writes?: Writes): Promise<Consent> {
    return this.#consent.authorize(itemId, subject, writes);
  }

  authorizeRequest(): Promise<void> {
    return this.#consent.authorizeRequest();
  }

  settleChanges(): Promise<string | undefined> {
    return this.#consent.settle();
  }

  /**
   * What the commit of a turn that ended is made of. Nothing of it runs any more: a tree that was
   * proven is taken as it is, of any other what may not be is taken back.
   */
  async finalTree({ isDone }: { readonly isDone: boolean }): Promise<Snapshot> {
    await this.#endProcesses();
    const proven = isDone ? await this.#trees.takeProven(this.evidence.proof()) : undefined;
    if (proven) return proven;
    for (let round = 1; round <= roundsAtMost; round += 1) {
      this.#trees.touch();
      // What was hidden by a file that is taken back shows only after it.
      const takenBack = [await this.#consent.conclude(), await this.phase.conclude()];
      if (!takenBack.includes(true)) return await this.#trees.takeSnapshot();
    }
    throw notTakenBack(
      "what the turn may not change is there again each time that it is taken back",
    );
  }

  /** Whether a tree is the one that was proven, and not what something made of it afterwards. */
  async isProven({ tree }: Snapshot): Promise<boolean> {
    return await this.#trees.isProven(this.evidence.proof(), tree);
  }

  async #endProcesses(): Promise<void> {
    await this.mcp[Symbol.asyncDispose]();
    await this.#ground[Symbol.asyncDispose]();
  }

  ask(itemId: ItemId, question: string, options: string[]): Promise<string> {
    return this.#consent.ask(itemId, question, options);
  }

  prepareEffects({ inBox }: { readonly inBox: boolean }): void {
    void this.#ground.prepare();
    // Whoever needs it is told why it does not open.
    if (inBox) this.#ground.box().catch(() => {});
  }

  async beforeEffect(): Promise<void> {
    await this.#ground.prepare();
    this.signal.throwIfAborted();
    this.#hadEffects = true;
  }

  box(): Promise<Box> {
    return this.#ground.box();
  }

  spool(itemId: ItemId): SpoolFile {
    return this.#ground.spool(itemId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.files[Symbol.dispose]();
    this.#clock[Symbol.dispose]();
    await this.#endProcesses();
    await this.#trees[Symbol.asyncDispose]();
  }
}

function checksOf({ store }: HostServices, { turn, project }: HostSubject): readonly string[] {
  const plan = turn.plan ? store.plans.find(turn.plan.id) : undefined;
  return [...new Set([...(project.settings.checks ?? []), ...(plan?.content.checks ?? [])])];
}

function environmentOf(
  { policies, clock }: HostServices,
  { thread, project, checkout }: HostSubject,
): EnvironmentFacts {
  const rules = policies.words(policies.subjectOf(thread));
  return {
    worktree: checkout.worktree,
    branch: thread.branch ?? "",
    target: thread.target,
    policy: [thread.policy, ...rules].join(" "),
    checks: project.settings.checks ?? [],
    ports: [thread.portBase, thread.portBase + 9],
    date: new Date(clock()).toISOString().slice(0, 10),
  };
}
