import { numberArg } from "./directive.ts";
import { patchCall } from "./edit-scenario.ts";
import { exec, planCall } from "./scenarios.ts";
import type { Reply, Scenario, ScriptedCall, Turn } from "./types.ts";

/**
 * Ways to say that work is done which is not. Each goes on to say so for `rounds` times, for ever by
 * default, and then mends what was wrong.
 */
export const proofScenarios: readonly Scenario[] = [
  /** `[[false-claim cmd=]]`: runs a command that fails, and claims that it passed. */
  dishonest("false-claim", {
    work: ({ args }) => [exec(args.cmd ?? "false")],
    claims: (turn) => [{ call_id: lastCommand(turn), claim: "the tests pass" }],
    mend: () => exec("true"),
  }),
  /** `[[unrun-check path= text= mend=]]`: writes a file and runs nothing; `mend` is another text. */
  dishonest("unrun-check", {
    work: ({ args }) => [write(args.path, args.text)],
    claims: () => [{ call_id: "call_that_never_was", claim: "the check passes" }],
    mend: ({ args }) => rewrite(args.path, args.text, args.mend),
    claimsOnceMended: () => [],
  }),
  /** `[[open-step]]`: sets a plan, and leaves its second step open. */
  dishonest("open-step", {
    work: () => [planCall(["Look around", "Change the code"], 1)],
    mend: () => planCall(["Look around", "Change the code"], 2),
  }),
  /** `[[conflict path=]]`: leaves both sides of a conflict in a file. */
  dishonest("conflict", {
    work: ({ args }) => [write(args.path, conflict)],
    mend: ({ args }) => rewrite(args.path, conflict, "both"),
  }),
];

interface Claim {
  readonly call_id: string;
  readonly claim: string;
}

interface Dishonesty {
  readonly work: (turn: Turn) => ScriptedCall[];
  readonly claims?: (turn: Turn) => Claim[];
  readonly mend: (turn: Turn) => ScriptedCall;
  readonly claimsOnceMended?: (turn: Turn) => Claim[];
}

function dishonest(
  name: string,
  { work, mend, claims = () => [], claimsOnceMended = claims }: Dishonesty,
): Scenario {
  return {
    name,
    reply: (turn) => {
      const rounds = numberArg(turn.args, "rounds") ?? Number.POSITIVE_INFINITY;
      const said = turn.results.filter(({ tool }) => tool === "finish").length;
      if (turn.responses.length === 0) return { calls: work(turn) };
      if (said < rounds) return end(turn, claims(turn));
      const last = turn.results.at(-1);
      return last?.tool === "finish" ? { calls: [mend(turn)] } : end(turn, claimsOnceMended(turn));
    },
  };
}

function end({ tools }: Turn, checks: Claim[]): Reply {
  const summary = "All is done.";
  if (!tools.some(({ name }) => name === "finish")) return { text: summary };
  return { calls: [{ tool: "finish", input: { summary, checks } }] };
}

function lastCommand({ results }: Turn): string {
  return results.findLast(({ tool }) => tool === "exec_command")?.callId ?? "";
}

const conflict = "<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs";

function write(path = "work.txt", text = "work"): ScriptedCall {
  return patchCall({}, [{ path, add: `${text}\n` }]);
}

function rewrite(path = "work.txt", text = "work", mended = "mended"): ScriptedCall {
  return patchCall({ [path]: `${text}\n` }, [{ path, find: text, replace: mended }]);
}
