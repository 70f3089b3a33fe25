import { lastSession } from "../steps-scenario.ts";
import type { Reply, ToolResult, Turn } from "../types.ts";

const MAX_POLLS = 20;

/** Like `inSteps`, but waits for commands that outlive their call, and stops when one is declined. */
export function demoSteps(...steps: readonly ((turn: Turn) => Reply)[]): (turn: Turn) => Reply {
  return (turn) => {
    if (declined(turn)) return { text: "You declined that, so I stop here. Nothing is verified." };
    const session = runningSession(turn);
    if (session !== undefined) {
      return { calls: [{ tool: "write_stdin", input: { session_id: session, chars: "" } }] };
    }
    const taken = turn.responses.filter((response) => !response.some(isPoll)).length;
    return steps[taken]?.(turn) ?? { text: "ok" };
  };
}

/** True when the last test run says so itself; a run that never began has not passed. */
export function testsPassed(turn: Turn): boolean {
  return failures(turn) === 0;
}

/** How many tests the last run of `node --test` counts as failed. */
export function failures({ results }: Turn): number | undefined {
  const counts = results.map(({ output }) => failCount(output));
  return counts.findLast((count) => count !== undefined);
}

function failCount(output: string): number | undefined {
  const match = [...output.matchAll(/(?:#|ℹ) fail (\d+)/g)].at(-1);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

function runningSession({ results }: Turn): number | string | undefined {
  const last = results.at(-1);
  const isCommand = last && (last.tool === "exec_command" || isPoll(last));
  if (!isCommand || failCount(last.output) !== undefined) return undefined;
  return results.filter(isPoll).length < MAX_POLLS ? lastSession([last]) : undefined;
}

function isPoll({ tool }: ToolResult): boolean {
  return tool === "write_stdin";
}

function declined({ results }: Turn): boolean {
  const last = results.at(-1);
  return last !== undefined && /^.{0,80}\b(?:declined|denied)\b/is.test(last.output);
}
