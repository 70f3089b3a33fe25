import type { ApprovalSubject, ItemId, Project } from "@heddle/protocol";
import type { CodeKnowledge } from "../agent/code-knowledge.ts";
import type { EnvironmentFacts } from "../agent/context/environment.ts";
import type { ModelError } from "../agent/model-error.ts";
import type { ModelEndpoint } from "../agent/model-types.ts";
import type { Consent, TurnHost } from "../agent/turn-host.ts";
import type { SpoolFile } from "../os/spool-file.ts";
import { openTree, type TreeFiles } from "../os/tree-files.ts";
import type { Box } from "../sandbox/types.ts";
import type { Code } from "./code.ts";
import type { Models } from "./models.ts";
import { threadCode } from "./thread-code.ts";
import { ThreadPatching } from "./thread-patching.ts";
import { type ConsentServices, TurnConsent } from "./turn-consent.ts";
import { type GroundServices, type GroundSubject, TurnGround } from "./turn-ground.ts";
import { type RecordServices, type RecordSubject, TurnRecord } from "./turn-record.ts";

/** What every turn shares. */
export interface HostServices extends RecordServices, ConsentServices, GroundServices {
  readonly models: Models;
  readonly searcher: string;
  readonly code: Code;
  /** Whether work that failed with this error failed for want of a disk to store it on. */
  readonly isStarved: (error?: unknown) => boolean;
}

/** What is particular to one turn. */
export interface HostSubject extends RecordSubject, GroundSubject {
  readonly project: Project;
  readonly endpoint: ModelEndpoint;
  /** The model's name at the endpoint. */
  readonly model: string;
  /** Called as soon as nothing can join the turn any more. */
  readonly closed: () => void;
}

/** The world as one running turn has it. Disposing ends the turn's box and all of its commands. */
export class ServiceTurnHost extends TurnRecord implements TurnHost, AsyncDisposable {
  readonly #consent: TurnConsent;
  readonly #ground: TurnGround;
  readonly #closed: () => void;
  readonly #models: Models;
  readonly #modelName: string;
  readonly files: TreeFiles;
  readonly worktree: string;
  readonly environment: EnvironmentFacts;
  readonly cacheKey: string;
  readonly model: string;
  readonly effort: TurnHost["effort"];
  readonly patching: ThreadPatching;
  readonly searcher: string;
  readonly code: CodeKnowledge;
  readonly isStarved: TurnHost["isStarved"];
  #endpoint: ModelEndpoint;
  #hadEffects: boolean;

  constructor(services: HostServices, subject: HostSubject) {
    super(services, subject);
    const { turn, thread, checkout } = subject;
    this.#consent = new TurnConsent(services, subject, this);
    this.#ground = new TurnGround(services, subject);
    this.#closed = subject.closed;
    this.#hadEffects = services.store.checkpoints.find(turn.id) !== undefined;
    this.worktree = checkout.worktree;
    this.files = openTree(this.worktree);
    this.cacheKey = thread.id;
    this.model = subject.model;
    this.effort = turn.effort ?? undefined;
    this.#endpoint = subject.endpoint;
    this.#models = services.models;
    this.#modelName = turn.model;
    const preferred = services.models.editTool(turn.model);
    this.patching = new ThreadPatching(services.store.patching, thread.id, preferred);
    this.searcher = services.searcher;
    this.code = threadCode(services.code, thread.id);
    this.isStarved = services.isStarved;
    this.environment = environmentOf(subject, services.clock());
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
    this.#closed();
    return true;
  }

  authorize(itemId: ItemId, subject: ApprovalSubject): Promise<Consent> {
    return this.#consent.authorize(itemId, subject);
  }

  ask(itemId: ItemId, question: string, options: string[]): Promise<string> {
    return this.#consent.ask(itemId, question, options);
  }

  prepareEffects(): void {
    void this.#ground.prepare();
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
    await this.#ground[Symbol.asyncDispose]();
  }
}

function environmentOf({ thread, project, checkout }: HostSubject, now: number): EnvironmentFacts {
  return {
    worktree: checkout.worktree,
    branch: thread.branch ?? "",
    target: thread.target,
    policy: thread.policy,
    checks: project.settings.checks ?? [],
    ports: [thread.portBase, thread.portBase + 9],
    date: new Date(now).toISOString().slice(0, 10),
  };
}
