import type { Landing, Turn } from "@heddle/protocol";
import { count, duration } from "../terminal/format.ts";
import { printable, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";
import { outputTail } from "./item-lines.ts";
import { problemLines, reportText } from "./plan-text.ts";

const checkLines = 30;

/** What is worth saying of a turn that goes on. */
export function turnProgress({ state, failure, retryAt }: Turn, now = Date.now()): string {
  if (state !== "retryWait" || retryAt === null) return "";
  const why = failure ? `: ${printableLine(failure.message)}` : "";
  return `the model does not answer${why}; next try in ${duration(Math.max(0, retryAt - now))}`;
}

/** How a turn ended. */
export function turnEnd(turn: Turn, paint: Paint): string {
  if (turn.state === "failed") {
    const why = turn.failure?.message ?? "no reason was given";
    return `${paint("red", "failed")}: ${printable(why)}\n`;
  }
  const facts = [
    proofOf(turn),
    tookOf(turn),
    usageOf(turn),
    turn.commit ? `commit ${turn.commit.slice(0, 10)}` : "",
  ];
  const line = [endWord(turn, paint), ...facts.filter(Boolean).map((fact) => paint("dim", fact))];
  const report = turn.report === null ? "" : reportText(turn.report, paint);
  return `${line.join(" · ")}\n${report}${proofLines(turn, paint)}`;
}

function endWord({ state }: Turn, paint: Paint): string {
  if (state === "done") return paint("green", "done");
  return state === "doneUnverified" ? paint("red", "NOT PROVEN") : paint("yellow", state);
}

function proofOf({ state, proof }: Turn): string {
  if (state !== "done") return "";
  if (proof?.verdict === "unchecked") return "unchecked: the project has no checks";
  return proof?.verdict === "passed" ? "checked" : "";
}

/**
 * What could not be proven, unless the report has it, and which tests the proof rests on that the
 * turn itself has changed.
 */
function proofLines({ state, proof, report }: Turn, paint: Paint): string {
  if (proof === null) return "";
  const told = new Set(report?.left);
  const problems =
    state === "doneUnverified" ? proof.problems.filter((problem) => !told.has(problem)) : [];
  const lines = problems.flatMap((problem) => problemLines(problem, paint));
  for (const { command, commit } of proof.failedBefore) {
    const where = paint("yellow", `fails as before on ${commit.slice(0, 10)}`);
    lines.push(`${where}: ${printableLine(command)}`);
  }
  if (proof.changedTests.length > 0) {
    const paths = proof.changedTests.map(printableLine).join(", ");
    lines.push(`${paint("yellow", "tests or CI changed")}: ${paths}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function tookOf({ startedAt, completedAt }: Turn): string {
  return startedAt === null || completedAt === null ? "" : duration(completedAt - startedAt);
}

function usageOf({ usage }: Turn): string {
  const { requests, inputTokens, outputTokens, estimated, costUsd } = usage;
  if (requests === 0) return "";
  const about = estimated ? "about " : "";
  const cost = costUsd === null ? "" : `, ${about}$${costUsd.toFixed(4)}`;
  return `${count(requests, "request")}, ${about}${inputTokens} tokens in, ${outputTokens} out${cost}`;
}

/** What is worth saying of a landing that goes on, or how it ended. */
export function landingLine(landing: Landing, paint: Paint): string {
  const { state, commit, target } = landing;
  switch (state) {
    case "queued":
      return "";
    case "reviewing":
      return `${paint("dim", "reviewing what is to land")}\n`;
    case "rebasing":
      return `${paint("dim", `rebasing onto ${printableLine(target)}`)}\n`;
    case "checking":
      return checkingLines(landing, paint);
    case "moving":
      return "";
    case "landed":
      return `${paint("green", "landed")} on ${printableLine(target)} as ${commit?.slice(0, 10)}\n`;
    case "refused":
      return refusal(landing, paint);
  }
}

function checkingLines({ checks, checkCount }: Landing, paint: Paint): string {
  const last = checks.at(-1);
  if (!last && checkCount === 0) return "";
  if (!last) return `${paint("dim", `running ${count(checkCount, "check")} on the merged tree`)}\n`;
  if (last.exitCode !== 0) return "";
  return `${paint("dim", `check passed: ${printableLine(last.command)} (${duration(last.wallMs)})`)}\n`;
}

function refusal({ failure, checks }: Landing, paint: Paint): string {
  const why = failure ? printable(failure.message) : "no reason was given";
  const head = `${paint("red", "not landed")}: ${why}\n`;
  const failed = checks.find(({ exitCode }) => exitCode !== 0);
  if (!failed) return head;
  const tail = outputTail(failed.output, checkLines).map((line) => `  ${line}\n`);
  const end = failed.exitCode === null ? "did not end" : `exit ${failed.exitCode}`;
  return `${head}${paint("bold", `$ ${printableLine(failed.command)}`)}\n${tail.join("")}  ${end}\n`;
}
