import type { Failure, Item, ReportedFinding, Review, ReviewFinding, Turn } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import { diffTrees } from "../git/diffs.ts";
import { daemonActor, type Journal, type Transaction } from "../journal.ts";
import { judgeFindings } from "./findings.ts";

export interface RecordOptions {
  readonly store: Store;
  readonly journal: Journal;
  /** Where the objects of a project are. */
  readonly gitDirOf: (projectId: Review["projectId"]) => Promise<string>;
}

/** What reviews have found. */
export class ReviewRecord {
  readonly #options: RecordOptions;

  constructor(options: RecordOptions) {
    this.#options = options;
  }

  isReported(turnId: Turn["id"]): boolean {
    return (
      this.#options.store.items.ofTurn(turnId).length > 0 && this.#of(turnId)?.state === "done"
    );
  }

  /** Holds what was said against the diff; `record` stores what stands, each as an item. */
  async judge(
    turn: Turn,
    { findings, summary }: { findings: readonly ReportedFinding[]; summary: string },
    addItem: (finding: ReportedFinding) => Item,
  ): Promise<{ record: () => void; words: string }> {
    const review = this.#of(turn.id);
    if (review === undefined) throw new Error(`${turn.id} belongs to no review`);
    const gitDir = await this.#options.gitDirOf(review.projectId);
    const files = await diffTrees(gitDir, { from: review.from, to: review.to });
    const { kept, outside } = judgeFindings(findings, files);
    const record = () => {
      const stored = kept.map(({ merged, ...finding }): ReviewFinding => {
        return { ...finding, id: addItem(finding).id, merged, dismissed: null };
      });
      this.#options.journal.write(daemonActor, (tx) => {
        const done = { state: "done", findings: stored, outside, summary } as const;
        change(tx, review, { ...done, completedAt: tx.now });
      });
    };
    const dropped = outside > 0 ? `; ${outside} outside of the change were dropped` : "";
    return { record, words: `${kept.length} findings stand${dropped}` };
  }

  /** A review whose turn ended without a report has failed. */
  ended(tx: Transaction, turn: Turn): void {
    const review = this.#of(turn.id);
    if (review?.state !== "running") return;
    const failure: Failure = turn.failure ?? {
      kind: turn.state === "interrupted" ? "interrupted" : "noProgress",
      message: "the review ended without a report",
      details: {},
    };
    change(tx, review, { state: "failed", failure, completedAt: tx.now });
  }

  #of(turnId: Turn["id"]): Review | undefined {
    const turn = this.#options.store.turns.find(turnId);
    const reviews = turn ? this.#options.store.reviews.where({ thread_id: turn.threadId }) : [];
    return reviews.find((review) => review.turnId === turnId);
  }
}

function change(tx: Transaction, review: Review, changes: Partial<Review>): void {
  tx.announce({ type: "reviewChanged", review: { ...review, ...changes } });
}
