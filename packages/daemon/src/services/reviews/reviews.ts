import {
  DaemonError,
  type Methods,
  newId,
  type ParamsOf,
  type Project,
  Review,
  ReviewId,
  type ReviewTarget,
  type Thread,
  type ThreadId,
  type Turn,
} from "@heddle/protocol";
import type { Sandbox } from "../../sandbox/types.ts";
import type { Page, PageRequest } from "../../store/document-table.ts";
import type { Store } from "../../store/store.ts";
import type { Archiver } from "../archiver.ts";
import type { Checkouts } from "../checkouts.ts";
import { diffTrees } from "../git/diffs.ts";
import { daemonActor, type Journal } from "../journal.ts";
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

/** Findings of these priorities keep work from landing. */
const stopsLanding = 1;

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

  /** Sends findings to a thread of the same project, as one turn. */
  fix(params: ParamsOf<Methods, "review/fix">, commit: Commit): Turn {
    const { store, turns } = this.#options;
    const review = this.read(params.reviewId);
    const thread = rows.thread(store, params.threadId);
    if (thread.projectId !== review.projectId) {
      throw new DaemonError("invalidParams", `${thread.id} is a thread of another project`);
    }
    const unknown = params.findings?.find((id) => !review.findings.some((one) => one.id === id));
    if (unknown !== undefined) {
      throw new DaemonError("notFound", `${review.id} has no finding ${unknown}`);
    }
    const chosen = review.findings.filter(({ id }) => params.findings?.includes(id) ?? true);
    if (chosen.length === 0) {
      throw new DaemonError("notFound", `${review.id} has no findings to send`);
    }
    const input = [{ type: "text", text: fixPrompt(review, chosen) } as const];
    return commit((tx) => turns.start(tx, { threadId: thread.id, input, mode: "implement" }));
  }

  /** Reviews what a thread is about to land, unless exactly that was reviewed; refuses what must not. */
  async beforeLanding(thread: Thread, treeHash: string, signal: AbortSignal): Promise<void> {
    const review = this.#reviewed(thread.id, treeHash) ?? (await this.#follow(thread, signal));
    if (review.state === "failed") {
      const why = review.failure?.message ?? "it ended without a report";
      const message = `the review before landing failed: ${why}; land it again`;
      throw new DaemonError("reviewRefused", message, { reviewId: review.id });
    }
    const grave = review.findings.filter(({ priority }) => priority <= stopsLanding);
    if (grave.length === 0) return;
    const list = grave.map(({ path, start, title }) => `${path}:${start} ${title}`).join("; ");
    const advice = `send them back with \`heddle review ${thread.id} --fix\``;
    const message = `the review found what has to be mended first: ${list}; ${advice}`;
    throw new DaemonError("reviewRefused", message, { reviewId: review.id });
  }

  #reviewed(threadId: ThreadId, treeHash: string): Review | undefined {
    const { store } = this.#options;
    const { projectId } = rows.thread(store, threadId);
    return store.reviews
      .where({ project_id: projectId, state: "done" })
      .findLast(({ target, to }) => {
        return target.type === "thread" && target.threadId === threadId && to === treeHash;
      });
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
