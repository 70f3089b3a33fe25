import type { Landing } from "@heddle/protocol";
import { shellWord } from "../terminal/format.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { table } from "../terminal/table.ts";
import { diffTotals } from "../thread/diff-text.ts";
import type { Work } from "./threads.ts";
import type { Check } from "./verify.ts";

/** What `--json` prints. */
export interface DemoDocument {
  readonly ok: boolean;
  readonly model: string;
  readonly seconds: number;
  readonly asRoot: boolean;
  readonly threads: readonly ThreadSummary[];
  readonly checks: readonly Check[];
  /** What is left, with `--keep`. */
  readonly kept: Kept | null;
}

export interface ThreadSummary {
  readonly id: string;
  readonly title: string;
  readonly policy: string;
  readonly branch: string | null;
  readonly turns: number;
  readonly commands: number;
  readonly approvals: number;
  readonly additions: number;
  readonly deletions: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
  readonly seconds: number;
  readonly landing: Landing["state"] | null;
  readonly commit: string | null;
}

export interface Kept {
  readonly directory: string;
  readonly home: string;
  readonly repository: string;
  readonly daemonPid: number;
  readonly modelPid: number;
}

export function summarize(
  { task, thread, turn, view, diff }: Work,
  landing?: Landing,
): ThreadSummary {
  const { inputTokens, cachedInputTokens, outputTokens } = turn.usage;
  const { additions, deletions } = diffTotals(diff);
  const ms = (turn.completedAt ?? 0) - (turn.startedAt ?? turn.completedAt ?? 0);
  return {
    id: thread.id,
    title: task.title,
    policy: task.policy,
    branch: thread.branch,
    turns: view.turns.length,
    commands: view.items.filter(({ type }) => type === "commandExecution").length,
    approvals: view.approvals.length,
    additions,
    deletions,
    inputTokens,
    cachedInputTokens,
    outputTokens,
    seconds: ms / 1000,
    landing: landing?.state ?? null,
    commit: landing?.commit ?? null,
  };
}

const headings = ["", "turns", "commands", "approvals", "lines", "tokens in/out", "time", "thread"];

export function summaryTable(threads: readonly ThreadSummary[], width?: number): string {
  const rows = threads.map((thread, at) => [
    `[${at + 1}]`,
    String(thread.turns),
    String(thread.commands),
    String(thread.approvals),
    `+${thread.additions} -${thread.deletions}`,
    `${thread.inputTokens}/${thread.outputTokens}`,
    `${thread.seconds.toFixed(1)} s`,
    printableLine(thread.title),
  ]);
  return table(headings, rows, width);
}

export function checkLines(checks: readonly Check[], paint: Paint): string {
  return checks
    .map(({ name, ok }) => `${ok ? paint("green", "✓") : paint("red", "✗ not so:")} ${name}\n`)
    .join("");
}

interface Steps {
  readonly title: string;
  readonly commands: readonly string[];
}

const own: Steps = {
  title: "Next, in a repository of yours, with OPENAI_API_KEY or an endpoint in the configuration:",
  commands: [
    "heddle doctor",
    'heddle run "fix the failing test"',
    "heddle threads; heddle diff THREAD; heddle land THREAD",
  ],
};

/** The commands to try next. `definition` makes `heddle` known to a shell that does not find it. */
export function nextSteps(
  { kept, definition }: { kept: Kept | null; definition: string | undefined },
  paint: Paint,
): string {
  const define = { title: "Once in this shell:", commands: definition ? [definition] : [] };
  return [define, ...(kept ? keptSteps(kept) : []), own]
    .filter(({ commands }) => commands.length > 0)
    .map(({ title, commands }) => {
      const lines = commands.map((command) => `  ${paint("bold", command)}\n`);
      return `${title}\n${lines.join("")}`;
    })
    .join("");
}

function keptSteps({ home, repository, directory, modelPid }: Kept): Steps[] {
  const enter = `export HEDDLE_HOME=${shellWord(home)}; cd ${shellWord(repository)}`;
  const remove = `heddle daemon stop; kill ${modelPid}; rm -r ${shellWord(directory)}`;
  return [
    { title: "Look around in what was kept:", commands: [enter, "heddle threads; git log --stat"] },
    { title: "Take it away:", commands: [`cd; ${remove}`] },
  ];
}
