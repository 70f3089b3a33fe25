import { expect, test } from "vitest";
import type { InputEntry } from "../model-types.ts";
import { userEntry } from "./environment.ts";
import { maskOldResults } from "./masking.ts";
import { isNote, note, textOf } from "./notes.ts";
import { rebuild } from "./rebuilding.ts";

const said = (text: string): InputEntry => userEntry([{ type: "input_text", text }]);
const call = (id: number): InputEntry => ({
  type: "function_call",
  call_id: `c${id}`,
  name: "read_file",
  arguments: "{}",
});
const result = (id: number, output = "x".repeat(1000)): InputEntry => ({
  type: "function_call_output",
  call_id: `c${id}`,
  output,
});
const step = (id: number): InputEntry[] => [{ type: "reasoning", id }, call(id), result(id)];
const report: InputEntry = { type: "message", role: "assistant", content: [] };
const options = { summary: "the summary", facts: "the facts", windowBytes: 100_000 };

test("the results of all but the last eight calls are left out; nothing else is touched", () => {
  const history = [said("go"), ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap(step)];
  const masked = maskOldResults(history);
  const changed = masked.flatMap((entry, at) => (entry === history[at] ? [] : [entry]));
  expect(changed.map(({ call_id }) => call_id)).toEqual(["c1", "c2"]);
  expect(changed[0]?.output).toContain("250 tokens were left out");
});

test("what leads to the whole output of a command stays", () => {
  const output = `exit_code: 1\nwhole_output: /spool/1.txt\noutput:\n${"x".repeat(1000)}`;
  const history = [call(0), result(0, output), ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap(step)];
  expect(maskOldResults(history)[1]?.output).toMatch(
    /^exit_code: 1\nwhole_output: \/spool\/1.txt\n\[an old result/,
  );
});

test("a short result is not worth masking", () => {
  const history = [call(0), result(0, "ok"), ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap(step)];
  expect(maskOldResults(history)).toEqual(history);
});

test("a history is rebuilt from what it stands in, the user's words, a summary, its end and facts", () => {
  const environment = said("<environment>\nnew\n</environment>");
  const end = [...[5, 6, 7, 8, 9, 10, 11, 12].flatMap(step), report];
  const history = [
    said("<project_instructions>\nUse tabs.\n</project_instructions>"),
    said("<environment>\nold\n</environment>"),
    said("first"),
    ...[1, 2].flatMap(step),
    note("gate", "not accepted"),
    environment,
    said("second"),
    ...[3, 4].flatMap(step),
    ...end,
  ];
  const rebuilt = rebuild(history, options);
  expect(rebuilt.slice(0, 4)).toEqual([history[0], environment, said("first"), said("second")]);
  expect(textOf(rebuilt[4] as InputEntry)).toContain("the summary");
  expect(rebuilt.slice(5, -1)).toEqual(end);
  expect(isNote(rebuilt.at(-1) as InputEntry, "facts")).toBe(true);
});

test("a call is never parted from its result, however little room there is", () => {
  for (const windowBytes of [1000, 5000, 6000, 7000, 20_000]) {
    const rebuilt = rebuild([said("go"), ...[1, 2, 3, 4].flatMap(step)], {
      ...options,
      windowBytes,
    });
    const ids = (type: string) =>
      rebuilt.filter((entry) => entry.type === type).map(({ call_id }) => call_id);
    expect(ids("function_call")).toEqual(ids("function_call_output"));
    expect(rebuilt).toContainEqual(said("go"));
  }
});

test("when the user's own words are too long the newest are kept, and the others counted", () => {
  const words = Array.from({ length: 40 }, (_, at) => said(`${at} ${"word ".repeat(200)}`));
  const rebuilt = rebuild([...words, ...step(1)], { ...options, windowBytes: 20_000 });
  const kept = rebuilt.filter((entry) => words.some((word) => textOf(word) === textOf(entry)));
  expect(kept.at(-1)).toEqual(words.at(-1));
  const summary = rebuilt.find((entry) => isNote(entry, "summary")) as InputEntry;
  expect(textOf(summary)).toContain(
    `(${40 - kept.length} older messages of the user are left out.)`,
  );
});
