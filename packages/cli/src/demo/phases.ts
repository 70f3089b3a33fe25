import { bringUpToDate, carryOut, type Landing, type Review, type Turn } from "@heddle/protocol";
import { paintWords, say } from "../terminal/output.ts";
import { approvalText } from "../thread/approval-text.ts";
import { play } from "./play.ts";
import { passes } from "./repository.ts";
import type { Stage, StageOptions } from "./stage.ts";
import type { Kept } from "./summary.ts";
import type { Check } from "./verify.ts";
import { Walk } from "./walk.ts";

/** What `heddle demo --phases --json` prints. */
export interface PhasesDocument {
  readonly ok: boolean;
  readonly model: string;
  readonly seconds: number;
  readonly turns: Readonly<Record<Phase, Turn>>;
  readonly review: Review;
  readonly landing: Landing;
  readonly checks: readonly Check[];
  readonly kept: Kept | null;
}

type Phase = "plan" | "implement" | "document";

/** Walks one task through the four phases, and checks by itself that each kept to what it is for. */
export async function runPhases(
  options: StageOptions,
  signal: AbortSignal,
): Promise<PhasesDocument> {
  return await play(options, signal, (stage) => perform(stage, signal));
}

async function perform(stage: Stage, signal: AbortSignal) {
  const { daemon, repository, script } = stage;
  const settings = { checks: [script.check] };
  const project = await daemon.call("project/add", { path: repository, access: "rw", settings });
  const title = "Make the slug generator right";
  const { id: threadId } = await daemon.call("thread/start", { projectId: project.id, title });
  const walk = await Walk.of(daemon, threadId, signal);
  const changed = async () =>
    (await daemon.call("thread/diff", { threadId })).files.map(({ path }) => path).sort();

  heading("1. plan: nothing can be written");
  const planned = await walk.turn({ text: script.phases, mode: "plan" });
  const afterPlan = await changed();
  const { hash } = await daemon.call("plan/show", { threadId });
  await daemon.call("plan/approve", { threadId, hash });
  say(`approved by heddle demo: ${hash.slice(0, 12)}`);

  heading("2. implement: held to the approved plan");
  const implemented = await walk.turn({
    text: carryOut,
    mode: "implement",
    planHash: hash,
    decide: (approval) => {
      say(approvalText(approval, paintWords()));
      say("declined by heddle demo: the README comes last");
      return { type: "decline", comment: "the README comes last" };
    },
  });
  const afterWork = await changed();

  heading("3. review: a fresh context that can only read");
  const target = { type: "thread", threadId } as const;
  const started = await daemon.call("review/start", { projectId: project.id, target });
  const reviewer = await Walk.of(daemon, started.threadId, signal);
  await reviewer.until(started.turnId);
  const review = await daemon.call("review/read", { reviewId: started.id });
  say(`${review.findings.length} finding stands, ${review.outside} outside of the change dropped`);

  heading("4. document: documents and comments, and no code");
  const documented = await walk.turn({ text: bringUpToDate, mode: "document" });
  const afterAll = await changed();

  heading("landing");
  const { treeHash } = await daemon.call("thread/diff", { threadId });
  const landing = await walk.land(treeHash);
  const turns = { plan: planned, implement: implemented, document: documented };
  const checks: Check[] = [
    { name: "the plan turn changed no file", ok: afterPlan.length === 0 },
    { name: "the work stayed in its plan", ok: afterWork.join() === "src/slug.js" },
    { name: "nothing of the plan is left", ok: implemented.report?.left.length === 0 },
    {
      name: "one finding stands, said twice; one was outside of the change",
      ok: review.findings[0]?.merged === 1 && review.outside === 1,
    },
    {
      name: "the document turn changed no code",
      ok: afterAll.join() === "README.md,src/slug.js",
    },
    { name: "every turn is done", ok: Object.values(turns).every(({ state }) => state === "done") },
    { name: "all of it landed", ok: landing.state === "landed" },
    { name: "the check passes in your checkout", ok: await passes(repository, script.check) },
  ];
  return { turns, review, landing, checks };
}

function heading(text: string): void {
  say(`\n${paintWords()("bold", text)}`);
}
