import type { Item, Thread, Turn } from "@heddle/protocol";
import { usualBytesPerToken } from "../agent/context/tokens.ts";
import type { InputEntry } from "../agent/model-types.ts";
import type { Window } from "../agent/turn-host.ts";
import type { RepositoryPaths } from "../os/git-repository.ts";
import type { Store } from "../store/store.ts";
import { changedLines } from "./git/diffs.ts";
import type { TurnTrees } from "./turn-trees.ts";

export interface WindowSubject {
  readonly thread: Thread;
  readonly turn: Turn;
  readonly checkout: RepositoryPaths;
  readonly trees: TurnTrees;
  readonly checks: readonly string[];
  readonly contextTokens: number;
  readonly compact: (entries: readonly InputEntry[]) => void;
}

const filesAtMost = 50;
const itemsLookedAt = 400;

/** What a thread's history takes of the model's window. */
export class TurnWindow implements Window {
  readonly #store: Store;
  readonly #subject: WindowSubject;
  readonly contextTokens: number;

  constructor(store: Store, subject: WindowSubject) {
    this.#store = store;
    this.#subject = subject;
    this.contextTokens = subject.contextTokens;
  }

  get bytesPerToken(): number {
    return this.#store.modelRequests.bytesPerToken(this.#subject.thread.id) ?? usualBytesPerToken;
  }

  bytes(): number {
    return this.#store.history.bytes(this.#subject.thread.id);
  }

  compact(entries: readonly InputEntry[]): void {
    this.#subject.compact(entries);
  }

  async facts(): Promise<string> {
    const { thread, checks } = this.#subject;
    const items = this.#store.items.newest(thread.id).take(itemsLookedAt).toArray();
    return [
      "Facts as they are now:",
      `<policy>${thread.policy}</policy>`,
      ...planFacts(items),
      ...(await this.#changes()),
      ...checkFacts(items, checks),
    ].join("\n");
  }

  async #changes(): Promise<string[]> {
    const { thread, checkout, trees } = this.#subject;
    const files = await changedLines(checkout.gitDir, thread.baseCommit, await trees.now());
    if (files.length === 0) return ["<changes>none since the thread began</changes>"];
    const shown = files
      .slice(0, filesAtMost)
      .map(({ path, additions, deletions }) => `${path} +${additions} -${deletions}`);
    const more = files.length > filesAtMost ? [`and ${files.length - filesAtMost} more files`] : [];
    return ["<changes>", ...shown, ...more, "</changes>"];
  }
}

/** The newest plan of the thread. */
function planFacts(newestFirst: readonly Item[]): string[] {
  const plan = newestFirst.find((item) => item.type === "plan");
  if (plan?.type !== "plan") return [];
  return ["<plan>", ...plan.steps.map(({ step, status }) => `[${status}] ${step}`), "</plan>"];
}

/** How each check ended when it ran last. */
function checkFacts(newestFirst: readonly Item[], checks: readonly string[]): string[] {
  const lines = checks.map((check) => {
    const run = newestFirst.find(
      (item) => item.type === "commandExecution" && item.cmd.trim() === check.trim(),
    );
    const exit = run?.type === "commandExecution" ? run.exitCode : undefined;
    return `${check}: ${exit === undefined ? "has not run lately" : `exit ${exit ?? "unknown"}`}`;
  });
  return lines.length === 0 ? [] : ["<last_checks>", ...lines, "</last_checks>"];
}
