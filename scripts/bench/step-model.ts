import { startScriptedModel } from "../../packages/daemon/src/scripted-model/server.ts";

export interface StepModel extends AsyncDisposable {
  readonly url: string;
  /** Between one request of the last turn and the next, in milliseconds. */
  gaps(): number[];
}

/**
 * A model that asks for one line of `lines.txt` after the other, told by `[[readOn]]`, and so for no
 * box and no git: what passes between two requests is what a step costs by itself, and what this
 * server needs to stream a call.
 */
export async function startStepModel(steps: number): Promise<StepModel> {
  let asked: number[] = [];
  const model = await startScriptedModel({
    scenarios: [
      {
        name: "readOn",
        reply: ({ responses }) => {
          if (responses.length === 0) asked = [];
          asked.push(performance.now());
          const offset = responses.length + 1;
          if (offset > steps) return { text: "All lines are read." };
          return { calls: [{ tool: "read_file", input: { path: "lines.txt", offset, limit: 1 } }] };
        },
      },
    ],
  });
  return {
    url: model.url,
    gaps: () => asked.slice(1).map((at, index) => at - (asked[index] ?? at)),
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}
