import { isDeepStrictEqual } from "node:util";
import {
  DaemonError,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  type ProjectId,
  Review,
  type ReviewFinding,
  ReviewId,
  type ReviewTarget,
  stopsLanding,
  type Thread,
  type Turn,
} from "@heddle/protocol";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Page, PageRequest } from "../../store/document-table.ts";
import type { Store } from "../../store/store.ts";
import type { Archiver } from "../archiver.ts";
import type { Checkouts } from "../checkouts.ts";
import { diffTrees } from "../git/diffs.ts";
import { daemonActor, type Journal, type Transaction } from "../journal.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import type { Threads } from "../threads.ts";
import type { Turns } from "../turns.ts";
import { type ReviewedChange, resolveTarget } from "./review-target.ts";
import { fixPrompt, reviewPrompt } from "./review-text.ts";

export interface ReviewsOptions {
  readonly store: Store;
  readonly journal: Journal;
  readonly sandbox: Sandbox;
  readonly projects: Projects;
  readonly checkouts: Checkouts;
  readonly threads: Threads;
  readonly turns: Turns;
  readonly archiver: Archiver;
}

/**
 * Reviews of changes. Each is a turn in a thread of its own, which knows nothing but the change and
 * is put away when it is over.
 */
export class Reviews {
  readonly #options: ReviewsOptions;

  constructor(options: ReviewsOptions) {
    this.#options = options;
    options.journal.onDaemonEvent(({ event }) => {
      if (event.type === "reviewChanged") this.#putAway(event.review);
    });
  }

  /** Threads that a daemon which was killed had no time to put away. */
  putAwayLeft(): void {
    const { store } = this.#options;
    for (const { reviewId } of store.threads.where({ status: "idle" })) {
      const review = reviewId === null ? undefined : store.reviews.find(reviewId);
      if (review) this.#putAway(review);
    }
  }

  async start(params: ParamsOf<Methods, "review/start">, commit: Commit): Promise<Review> {
    const { projects, threads, turns } = this.#options;
    const project = await projects.granted(params.projectId as Project["id"], "rw");
    const change = await this.#change(project, params.target as ReviewTarget);
    const prompt = await this.#prompt(project, params.target as ReviewTarget, change);
    return commit((tx) => {
      const id = newId(ReviewId);
      const thread = threads.create(tx, {
        project,
        title: `Review of ${change.what}`,
        target: project.settings.target ?? project.defaultTarget,
        baseCommit: change.commit,
        policy: "readOnly",
        reviewId: id,
      });
      const turn = turns.start(tx, {
        threadId: thread.id,
        input: [{ type: "text", text: prompt }],
        mode: "review",
        role: "review",
        ...(params.model !== undefined && { model: params.model }),
      });
      const review = Review.parse({
        id,
        projectId: project.id,
        target: change.target,
        threadId: thread.id,
        turnId: turn.id,
        from: change.from,
        to: change.to,
        state: "running",
        findings: [],
        outside: 0,
        summary: null,
        failure: null,
        createdAt: tx.now,
        completedAt: null,
      });
      tx.announce({ type: "reviewChanged", review });
      return review;
    });
  }

  read(reviewId: string): Review {
    const review = this.#options.store.reviews.find(reviewId);
    if (review) return review;
    throw new DaemonError("notFound", `no review ${reviewId}`, { reviewId });
  }

  list(projectId: string | undefined, request: PageRequest): Page<Review> {
    return this.#options.store.reviews.page({ project_id: projectId }, request, "newest");
  }

  /** The newest review of exactly what the target is now, if there is one that is done. */
  async newest(projectId: ProjectId, target: ReviewTarget): Promise<Review | undefined> {
    const project = await this.#options.projects.granted(projectId, "rw");
    return this.#reviewed(projectId, await this.#change(project, target));
  }

  /** Sends findings to a thread of the same project, as one turn. */
  fix(params: ParamsOf<Methods, "review/fix">, commit: Commit): Turn {
    const { store, turns } = this.#options;
    const { findings, planHash } = params;
    const review = this.read(params.reviewId);
    const thread = rows.thread(store, params.threadId);
    if (thread.projectId !== review.projectId) {
      throw new DaemonError("invalidParams", `${thread.id} is a thread of another project`);
    }
    const chosen = findings
      ? findingsOf(review, findings)
      : review.findings.filter(({ dismissed }) => dismissed === null);
    if (chosen.length === 0) {
      throw new DaemonError("notFound", `${review.id} has no findings to send`);
    }
    const input = [{ type: "text", text: fixPrompt(review, chosen) } as const];
    const mode = "implement";
    return commit((tx) => turns.start(tx, { threadId: thread.id, input, mode, planHash }));
  }

  /** What is dismissed is kept, with who found it to be wrong. */
  dismiss(tx: Transaction, params: ParamsOf<Methods, "review/dismiss">): Review {
    const { dismissed = true, reason = null } = params;
    const review = this.read(params.reviewId);
    const chosen = new Set(findingsOf(review, params.findings));
    const dismissal = dismissed ? { by: tx.actor, reason, at: tx.now } : null;
    const findings = review.findings.map((finding) =>
      chosen.has(finding) ? { ...finding, dismissed: dismissal } : finding,
    );
    const changed = { ...review, findings };
    tx.announce({ type: "reviewChanged", review: changed });
    return changed;
  }

  /** Reviews what a thread is about to land, unless exactly that was reviewed; refuses what must not. */
  async beforeLanding(thread: Thread, treeHash: string, signal: AbortSignal): Promise<void> {
    const target = { type: "thread", threadId: thread.id } as const;
    const known = this.#reviewed(thread.projectId, { target, to: treeHash });
    const review = known ?? (await this.#follow(thread, signal));
    if (review.state === "failed") {
      const why = review.failure?.message ?? "it ended without a report";
      const message = `the review before landing failed: ${why}; land it again`;
      throw new DaemonError("reviewRefused", message, { reviewId: review.id });
    }
    const stopping = review.findings.filter(stopsLanding);
    if (stopping.length === 0) return;
    const list = stopping.map(({ path, start, title }) => `${path}:${start} ${title}`).join("; ");
    const numbers = stopping.map((finding) => review.findings.indexOf(finding) + 1).join(",");
    const fix = `send them back with \`heddle review ${thread.id} --fix ${numbers}\``;
    const dismiss = `dismiss what is wrong with \`heddle review dismiss ${thread.id} ${numbers}\``;
    const message = `the review found what has to be mended first: ${list}; ${fix}, or ${dismiss}`;
    throw new DaemonError("reviewRefused", message, { reviewId: review.id });
  }

  #reviewed(
    projectId: ProjectId,
    { target, to }: Pick<ReviewedChange, "target" | "to">,
  ): Review | undefined {
    return this.#options.store.reviews
      .where({ project_id: projectId, state: "done" })
      .findLast((review) => review.to === to && isDeepStrictEqual(review.target, target));
  }

  async #follow({ id, projectId }: Thread, signal: AbortSignal): Promise<Review> {
    const { journal } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Review>();
    const params = { projectId, target: { type: "thread", threadId: id } } as const;
    const review = await this.start(params, (change) => journal.write(daemonActor, change));
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    using _ = journal.onDaemonEvent(({ event }) => {
      const own = event.type === "reviewChanged" && event.review.id === review.id;
      if (own && event.review.state !== "running") resolve(event.review);
    });
    const now = this.read(review.id);
    if (now.state !== "running") resolve(now);
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  async #change(project: Project, target: ReviewTarget): Promise<ReviewedChange> {
    const { store, sandbox, projects, checkouts } = this.#options;
    const ground = { run: sandbox.git, project, checkout: await projects.checkout(project) };
    if (target.type !== "thread") return await resolveTarget(target, ground);
    const row = rows.thread(store, target.threadId);
    if (row.projectId !== project.id) {
      throw new DaemonError("invalidParams", `${row.id} is a thread of another project`);
    }
    const thread = { row, checkout: await checkouts.of(row) };
    return await resolveTarget(target, { ...ground, thread });
  }

  async #prompt(project: Project, target: ReviewTarget, change: ReviewedChange): Promise<string> {
    const { store, projects } = this.#options;
    const { gitCommonDir } = await projects.checkout(project);
    const { from, to } = change;
    const files = await diffTrees(gitCommonDir, { from, to });
    const thread = target.type === "thread" ? rows.thread(store, target.threadId) : undefined;
    const task = thread && rows.task(store, thread.taskId).title;
    return reviewPrompt({ ...change, task, files });
  }

  /** What a review has found is kept with it. */
  #putAway({ state, threadId }: Review): void {
    if (state !== "running") this.#options.archiver.add(threadId);
  }
}

function findingsOf(review: Review, ids: readonly string[]): ReviewFinding[] {
  return ids.map((id) => {
    const finding = review.findings.find((one) => one.id === id);
    if (finding) return finding;
    throw new DaemonError("notFound", `${review.id} has no finding ${id}`);
  });
}
