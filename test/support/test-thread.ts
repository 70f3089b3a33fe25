import {
  type Approval,
  applyThreadEvent,
  type Diff,
  type Item,
  type ItemId,
  type Landing,
  type Methods,
  type ParamsOf,
  type Part,
  type PolicyName,
  type ProjectId,
  type SequencedThreadEvent,
  type Thread,
  type ThreadId,
  type ThreadView,
  type Turn,
  type TurnId,
  turnEnded,
} from "@heddle/protocol";
import type { HeddleClient, ThreadNotice } from "@heddle/protocol/node";

export interface ThreadOptions {
  readonly title?: string;
  readonly policy?: PolicyName;
  /** The connection that starts and follows it. */
  readonly client?: HeddleClient;
  /** How long it is waited for, where a machine is busy with more than this. */
  readonly patienceMs?: number;
}

/** How a turn is asked for. */
type SayOptions = Pick<
  ParamsOf<Methods, "turn/start">,
  "model" | "role" | "effort" | "mode" | "planHash"
>;

interface Waiter {
  readonly check: () => boolean;
  readonly fail: (error: unknown) => void;
}

/** Counts threads, so that each has a title, and so a branch, of its own. */
let started = 0;

/** Nothing here takes as long; a test that waits in vain fails with what there is instead. */
const usualPatienceMs = 90_000;

/** A thread as one client sees it: every event folded, all text that streamed. */
export class TestThread implements AsyncDisposable {
  readonly id: ThreadId;
  readonly client: HeddleClient;
  readonly events: SequencedThreadEvent[] = [];
  /** What streamed of each item, put together from its pieces. */
  readonly texts = new Map<ItemId, string>();
  #view: ThreadView | undefined;
  readonly #patienceMs: number;
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  readonly #following: Promise<void>;
  #failure: unknown;

  constructor(client: HeddleClient, id: ThreadId, patienceMs = usualPatienceMs) {
    this.id = id;
    this.#patienceMs = patienceMs;
    this.client = client;
    this.#following = this.#follow();
  }

  static async start(
    client: HeddleClient,
    projectId: ProjectId,
    { title = `Work ${++started}`, policy = "workspace", patienceMs }: ThreadOptions = {},
  ): Promise<TestThread> {
    const { id } = await client.call("thread/start", { projectId, title, policy });
    return new TestThread(client, id, patienceMs);
  }

  /** The thread's events, folded from the first one on. */
  get view(): ThreadView {
    if (this.#view) return this.#view;
    throw new Error("no event of this thread has come yet");
  }

  /** Settles with what `look` finds, as soon as it finds something. */
  until<T>(look: (view: ThreadView) => T | undefined | false): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      const found = this.#view === undefined ? undefined : look(this.#view);
      if (found === undefined || found === false) return false;
      resolve(found);
      return true;
    };
    if (this.#failure) reject(this.#failure);
    else if (!check()) this.#waiters.add({ check, fail: reject });
    const timer = setTimeout(
      () => reject(new Error(`in vain: ${this.#state()}`)),
      this.#patienceMs,
    );
    return promise.finally(() => clearTimeout(timer));
  }

  #state(): string {
    const { thread, turns = [], items = [], approvals = [] } = this.#view ?? {};
    const states = [turns, items, approvals].map((rows) => rows.map(({ state }) => state));
    return `the thread is ${thread?.status}; turns, items, approvals: ${JSON.stringify(states)}`;
  }

  /** Settles with the thread once its worktree has been made. */
  async ready(): Promise<Thread & { worktree: string }> {
    return await this.until(({ thread }) => {
      if (thread.failure) throw new Error(thread.failure.message);
      return thread.worktree !== null && { ...thread, worktree: thread.worktree };
    });
  }

  /** Starts a turn and returns its row as it was accepted. */
  async send(text: string | Part[], options: SayOptions = {}): Promise<Turn> {
    const input = typeof text === "string" ? [{ type: "text", text } as const] : text;
    return await this.client.call("turn/start", { threadId: this.id, input, ...options });
  }

  async ended(turnId: TurnId): Promise<Turn> {
    return await this.until(({ turns }) =>
      turns.find(({ id, state }) => id === turnId && turnEnded(state)),
    );
  }

  /** Runs one turn to its end. */
  async say(text: string | Part[], options: SayOptions = {}): Promise<Turn> {
    const { id } = await this.send(text, options);
    return await this.ended(id);
  }

  /** The approval that waits, as soon as one does. */
  async pending(): Promise<Approval> {
    return await this.until(({ approvals }) => approvals.find(({ state }) => state === "pending"));
  }

  /** An item of the kind, as soon as there is one that fits. */
  async item<Type extends Item["type"]>(
    type: Type,
    fits: (item: Extract<Item, { type: Type }>) => boolean = () => true,
  ): Promise<Extract<Item, { type: Type }>> {
    return await this.until(() => this.items(type).find(fits));
  }

  items<Type extends Item["type"]>(type: Type): Extract<Item, { type: Type }>[] {
    return this.view.items.filter(
      (item): item is Extract<Item, { type: Type }> => item.type === type,
    );
  }

  /** The output of the last command, as the client was told. */
  lastOutput(): string {
    return this.items("commandExecution").at(-1)?.text ?? "";
  }

  /** The whole text of an item, read in ranges. */
  async wholeText(itemId?: ItemId): Promise<string> {
    let text = "";
    for (;;) {
      if (itemId === undefined) throw new Error("there is no such item");
      const range = await this.client.call("item/read", { itemId, offset: text.length });
      text += range.text;
      if (range.text === "" || text.length === range.textLength) return text;
    }
  }

  /** Settles once so many units of an item's text have streamed. */
  async streamed(length: number): Promise<ItemId> {
    return await this.until(
      () => [...this.texts].find(([, text]) => text.length >= length)?.[0] as ItemId | undefined,
    );
  }

  async diff(): Promise<Diff> {
    return await this.client.call("thread/diff", { threadId: this.id });
  }

  /** Lands what the diff shows now, or another tree, and waits for the end of it. */
  async land(options: { treeHash?: string; squash?: boolean } = {}): Promise<Landing> {
    const { treeHash = (await this.diff()).treeHash, squash = false } = options;
    const params = { threadId: this.id, treeHash, squash };
    const { id } = await this.client.call("thread/land", params);
    return await this.until(({ landings }) =>
      landings.find((landing) => landing.id === id && landing.completedAt !== null),
    );
  }

  async read(): Promise<ThreadView & { hasOlder: boolean }> {
    return await this.client.call("thread/read", { threadId: this.id, limit: 500 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#following;
  }

  async #follow(): Promise<void> {
    try {
      const { signal } = this.#stop;
      for await (const notice of this.client.followThread(this.id, { signal })) {
        this.#take(notice);
      }
      this.#fail(new Error("this thread is no longer followed"));
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(notice: ThreadNotice): void {
    if (notice.type === "text") {
      const before = this.texts.get(notice.itemId) ?? "";
      this.texts.set(notice.itemId, before.slice(0, notice.offset) + notice.text);
    } else {
      this.events.push({ seq: notice.seq, event: notice.event });
      this.#view = applyThreadEvent(this.#view, notice);
    }
    for (const waiter of this.#waiters) this.#check(waiter);
  }

  #check(waiter: Waiter): void {
    try {
      if (waiter.check()) this.#waiters.delete(waiter);
    } catch (error) {
      this.#waiters.delete(waiter);
      waiter.fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure = error;
    for (const { fail } of this.#waiters) fail(error);
    this.#waiters.clear();
  }
}
