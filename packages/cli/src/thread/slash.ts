import {
  bringUpToDate,
  carryOut,
  type Review,
  type ReviewTarget,
  type SlashName,
  slashCommands,
  slashUsage,
  type ThreadId,
} from "@heddle/protocol";
import { type HeddleClient, listAll } from "@heddle/protocol/node";
import { answerText } from "../analyze/answer.ts";
import { summaryText } from "../analyze/summary.ts";
import { automationTable } from "../commands/automations.ts";
import { parsePlace } from "../commands/comment.ts";
import { hitText, sayPlace } from "../commands/history.ts";
import { consentedPlan, type PlanParams, planToCarryOut } from "../commands/implement.ts";
import { findingTable } from "../commands/inbox.ts";
import { editPlan } from "../commands/plan-edit.ts";
import {
  newestReview,
  numbersIn,
  pickFindings,
  reviewText,
  sendFindings,
} from "../commands/review-findings.ts";
import { undoneAtMost } from "../commands/undo.ts";
import { usageError } from "../exit.ts";
import { findTurn, listThreads } from "../lookup.ts";
import { offeredText } from "../mcp-text.ts";
import { shortId } from "../names.ts";
import { paintWords, say } from "../terminal/output.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import { turnParams } from "../turn-params.ts";
import { approvalPolicy } from "./approval-policy.ts";
import { diffText } from "./diff-text.ts";
import { readStanding, standingText } from "./facts-text.ts";
import { followThread } from "./follow-thread.ts";
import type { Ground } from "./ground.ts";
import { decideShown, planNow, type ShownPlan } from "./shown-plan.ts";
import { threadState } from "./thread-state.ts";

type Handler = (ground: Ground, rest: string) => Promise<void> | void;

/** Every command of the registry: one that is missing here does not compile. */
export const handlers: Readonly<Record<SlashName, Handler>> = {
  analyze: async ({ daemon, threadId }, question) => {
    if (question === "") {
      const facts = await daemon.call("code/analyze", { threadId });
      return say(summaryText(facts, { width: process.stderr.columns, paint: paintWords() }));
    }
    const answer = await daemon.call("code/ask", { threadId, question });
    say(answerText(answer, { width: process.stderr.columns, paint: paintWords() }));
  },
  plan: async (ground, task) => {
    if (task === "") return ground.plan.show(await planNow(ground));
    await start(ground, task, { mode: "plan" });
  },
  implement: async (ground, task) => {
    const plan = await planToCarryOut(ground.daemon, ground.threadId);
    if (plan.planHash === undefined && task === "") return say("there is no plan; say what to do");
    await start(ground, task === "" ? carryOut : task, { mode: "implement", ...plan });
  },
  review: async ({ daemon, threadId }, given) => {
    const { thread } = await daemon.call("thread/read", { threadId, limit: 1 });
    const target = reviewTarget(given, threadId);
    const review = await daemon.call("review/start", { projectId: thread.projectId, target });
    say(`reviewing; follow it with: heddle attach ${shortId(review.threadId)}`);
    const ended = await whenReviewed(daemon, review);
    if (ended === undefined) return;
    say(reviewText(ended, paintWords()));
    const own = target.type === "thread" && ended.findings.length > 0;
    if (own) say("/fix sends all of them back, /fix 1,3 these");
  },
  fix: async ({ daemon, threadId }, given) => {
    const numbers = given === "" ? undefined : numbersIn(given);
    const review = await newestReview(daemon, { type: "thread", threadId });
    const chosen = pickFindings(review, numbers);
    const plan = await planToCarryOut(daemon, threadId);
    say(await sendFindings(daemon, review, { threadId, chosen, plan }));
  },
  steer: async ({ daemon, threadId }, message) => {
    const { input } = turnParams(threadId, message);
    const { item } = await daemon.call("turn/steer", { threadId, input });
    say(item ? "it joins the turn that goes on" : "no turn was running, so it starts one");
  },
  document: (ground, task) =>
    start(ground, task === "" ? bringUpToDate : task, { mode: "document" }),
  "plan-mode": async ({ daemon, threadId }, state) => {
    const { thread } = await daemon.call("thread/read", { threadId, limit: 1 });
    if (!["", "on", "off"].includes(state)) throw usageError(`${state} is neither on nor off`);
    const on = state === "" ? !thread.planMode : state === "on";
    await daemon.call("thread/planMode", { threadId, on });
    say(on ? "plan mode is on: turns plan first" : "plan mode is off");
  },
  edit: async (ground) => {
    const { daemon, threadId, lend, confirm } = ground;
    if (!lend) return say(`change the plan with: heddle plan edit ${shortId(threadId)}`);
    const again = (mistake: string) => {
      say(printable(mistake));
      return confirm("edit it again?");
    };
    const saved = await editPlan({ daemon, plan: await planNow(ground), lend, again });
    if (saved === undefined) say("the plan was not changed");
  },
  approve: async (ground) => {
    const approve = (shown: ShownPlan) => ground.daemon.call("plan/approve", shown);
    if (await decideShown(ground, approve)) say("carry it out with /implement");
  },
  reject: async (ground, comment) => {
    const said = comment === "" ? {} : { comment };
    await decideShown(ground, (shown) => ground.daemon.call("plan/reject", { ...shown, ...said }));
  },
  status: async ({ daemon, threadId }) => say(standingText(await readStanding(daemon, threadId))),
  mcp: async ({ daemon, threadId }) => {
    const { thread } = await daemon.call("thread/read", { threadId, limit: 1 });
    const servers = await listAll(daemon, "mcp/list", { projectId: thread.projectId });
    say(offeredText(servers));
  },
  model: async ({ daemon }, model) => {
    if (model !== "") await daemon.call("model/use", { role: "main", model });
    const { roles } = await daemon.call("model/list", {});
    for (const role of roles) say(`${role.role.padEnd(8)} ${printableLine(role.model)}`);
  },
  diff: async ({ daemon, threadId }) => {
    const diff = await daemon.call("thread/diff", { threadId });
    say(
      diff.files.length === 0
        ? "nothing changed"
        : diffText(diff, { paint: paintWords(), shown: printable }),
    );
  },
  comment: async ({ daemon, threadId }, rest) => {
    if (rest === "") throw usageError("say where, and what: /comment PATH:LINE TEXT");
    // A path may have spaces in it.
    const [, place = rest, text = ""] = /^(.+?:\d\S*)\s+([\s\S]+)$/.exec(rest) ?? [];
    const lines = parsePlace(place);
    if (text === "") throw usageError(`say something of ${place}`);
    await daemon.call("comment/add", { threadId, ...lines, text });
    say("noted; /send gives all comments to the agent");
  },
  send: async ({ daemon, threadId }) => {
    await daemon.call("comment/send", { threadId, ...(await consentedPlan(daemon, threadId)) });
  },
  undo: async ({ daemon, threadId }, given) => {
    const { undone } = await daemon.call("thread/undo", { threadId, turns: turnsOf(given) });
    say(`took back ${undone.length}`);
  },
  fork: async ({ daemon, threadId }, turn) => {
    const from = turn === "" ? {} : { turnId: await findTurn(daemon, threadId, turn) };
    const thread = await daemon.call("thread/fork", { threadId, ...from });
    say(`go on with: heddle attach ${shortId(thread.id)}`);
  },
  land: async ({ daemon, threadId }) => {
    const { treeHash } = await daemon.call("thread/diff", { threadId });
    await daemon.call("thread/land", { threadId, treeHash });
  },
  threads: listed,
  sidebar: async (ground, thread) => {
    if (ground.lists) await ground.lists.sidebar(thread);
    else await listed(ground);
  },
  menu: ({ lists }) => (lists ? lists.menu() : say(slashHelp())),
  automations: async ({ daemon }) => {
    const automations = await listAll(daemon, "automation/list");
    say(automations.length === 0 ? "there is no automation" : automationTable(automations));
  },
  inbox: async ({ daemon }) => {
    const findings = await listAll(daemon, "inbox/list", { filter: {} });
    say(findings.length === 0 ? "the inbox is empty" : findingTable(findings));
  },
  "approval-policy": approvalPolicy,
  history: async ({ daemon, lists }, query) => {
    if (lists) return lists.history(query);
    const { data } = await daemon.call("history/search", { query, limit: 10 });
    say(
      data.length === 0
        ? "nothing was found"
        : data.map((hit) => hitText(hit, paintWords())).join(""),
    );
    sayPlace(data[0]);
  },
  detach: ({ leave }) => leave(),
  help: () => say(slashHelp()),
};

async function listed({ daemon }: Ground): Promise<void> {
  for (const thread of await listThreads(daemon)) {
    say(`${shortId(thread.id)}  ${threadState(thread)}  ${printableLine(thread.title)}`);
  }
}

/** The registry as a list. */
function slashHelp(): string {
  const rows = slashCommands.map((command) => [slashUsage(command), command.summary] as const);
  const width = Math.max(...rows.map(([usage]) => usage.length));
  return rows.map(([usage, summary]) => `${usage.padEnd(width)}  ${summary}\n`).join("");
}

/** The review once it is over; undefined where nobody waits for it any more. */
async function whenReviewed(
  daemon: HeddleClient,
  { id: reviewId, threadId, turnId }: Review,
): Promise<Review | undefined> {
  const { result } = await followThread({ daemon, threadId }, (notice) => {
    if (notice.type !== "event") return undefined;
    const { event } = notice;
    if (event.type === "threadUpdated") return event.thread.failure ? true : undefined;
    return event.type === "turnCompleted" && event.turn.id === turnId ? true : undefined;
  });
  return result && (await daemon.call("review/read", { reviewId }));
}

function reviewTarget(given: string, threadId: ThreadId): ReviewTarget {
  const [kind, name = ""] = given.split(/\s+/);
  if (kind === "uncommitted") return { type: "uncommitted" };
  if ((kind === "branch" || kind === "commit") && name === "") {
    throw usageError(`say which ${kind} to review: /review ${kind} NAME`);
  }
  if (kind === "branch") return { type: "branch", branch: name };
  if (kind === "commit") return { type: "commit", commit: name };
  if (kind === "") return { type: "thread", threadId };
  throw usageError(`${given} is no target; expected uncommitted, branch NAME or commit NAME`);
}

function turnsOf(given: string): number {
  if (given === "") return 1;
  const turns = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (turns >= 1 && turns <= undoneAtMost) return turns;
  const expected = `give a whole number from 1 to ${undoneAtMost}`;
  throw usageError(`${given} is no number of turns; ${expected}`);
}

async function start(
  { daemon, threadId }: Ground,
  text: string,
  how: PlanParams & { mode: "plan" | "implement" | "document" },
): Promise<void> {
  await daemon.call("turn/start", { ...turnParams(threadId, text), ...how });
}
