import { numberArg } from "./directive.ts";
import { editScenario, writeScenario } from "./edit-scenario.ts";
import { stepsScenario } from "./steps-scenario.ts";
import type { Reply, Scenario, ScriptedCall, Turn } from "./types.ts";

/** A reply for each response of the turn in its order; after the last one, "ok". */
export function inSteps(...steps: readonly ((turn: Turn) => Reply)[]): (turn: Turn) => Reply {
  return (turn) => steps[turn.responses.length]?.(turn) ?? { text: "ok" };
}

/** What the last call gave back. */
export function lastOutput({ results }: Turn): string {
  return results.at(-1)?.output ?? "";
}

const say: Scenario = {
  name: "say",
  reply: inSteps((turn) => {
    const rate = numberArg(turn.args, "rate");
    return {
      text: words(numberArg(turn.args, "n") ?? 20),
      ...(rate !== undefined && { tokensPerSecond: rate }),
    };
  }),
};

const run: Scenario = {
  name: "run",
  reply: inSteps(
    ({ args }) => ({ calls: [exec(args.cmd ?? "true")] }),
    ({ args }) => ({ text: `Ran ${args.cmd ?? "true"}.` }),
  ),
};

const ask: Scenario = {
  name: "ask",
  reply: inSteps(
    ({ args }) => ({
      calls: [
        {
          tool: "ask_user",
          input: {
            question: args.question ?? "Which way?",
            ...(args.options && { options: args.options.split("|") }),
          },
        },
      ],
    }),
    (turn) => ({ text: `The answer is: ${lastOutput(turn)}` }),
  ),
};

const plan: Scenario = {
  name: "plan",
  reply: inSteps(
    ({ args }) => ({ calls: [planCall(planSteps(args.steps), 0)] }),
    ({ args }) => ({ calls: [planCall(planSteps(args.steps), planSteps(args.steps).length)] }),
    () => ({ text: "The plan is done." }),
  ),
};

/** Asks for the same command again and again, as a model that is stuck does. */
const loop: Scenario = {
  name: "loop",
  reply: ({ args, responses }) =>
    responses.length < (numberArg(args, "n") ?? 10)
      ? { calls: [exec(args.cmd ?? "true")] }
      : { text: `Ran it ${responses.length} times.` },
};

const hang: Scenario = {
  name: "hang",
  reply: inSteps(({ args }) => ({
    delayMs: numberArg(args, "ms") ?? Number.POSITIVE_INFINITY,
    text: "ok",
  })),
};

export const genericScenarios: readonly Scenario[] = [
  { name: "ok", reply: () => ({ text: "ok" }) },
  say,
  run,
  ask,
  plan,
  loop,
  hang,
  editScenario,
  writeScenario,
  stepsScenario,
];

export function exec(cmd: string): ScriptedCall {
  return { tool: "exec_command", input: { cmd } };
}

/** The plan with its first `done` steps completed and the next one in progress. */
export function planCall(steps: readonly string[], done: number): ScriptedCall {
  const status = (index: number) =>
    index < done ? "completed" : index === done ? "in_progress" : "pending";
  return {
    tool: "update_plan",
    input: { plan: steps.map((step, index) => ({ step, status: status(index) })) },
  };
}

function planSteps(text = "Look around|Change the code|Run the tests"): string[] {
  return text.split("|");
}

const vocabulary = "the shuttle passes between raised and lowered threads until cloth grows".split(
  " ",
);

/** Exactly `count` tokens. */
function words(count: number): string {
  return Array.from({ length: count }, (_, index) => vocabulary[index % vocabulary.length]).join(
    " ",
  );
}
