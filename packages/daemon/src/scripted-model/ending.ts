import type { Reply, Turn } from "./types.ts";

/** Ends the turn: by `finish` where that tool is offered, else by a message. */
export function ending(turn: Turn, summary: string, claim?: string): Reply {
  const finished = turn.results.some(({ tool }) => tool === "finish");
  if (finished || !turn.tools.some(({ name }) => name === "finish")) return { text: summary };
  const proof = turn.results.findLast(({ tool }) => tool === "exec_command");
  const checks = proof && claim ? [{ call_id: proof.callId, claim }] : [];
  return { calls: [{ tool: "finish", input: { summary, checks } }] };
}
