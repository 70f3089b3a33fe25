import { expect, test } from "vitest";
import { changedEditTool } from "./context/edit-tool.ts";
import { userEntry } from "./context/environment.ts";
import type { InputEntry } from "./model-types.ts";
import { RepetitionGuard } from "./repetition.ts";

const exec = (cmd: string) => ({ name: "exec_command", arguments: JSON.stringify({ cmd }) });
const poll = { name: "write_stdin", arguments: '{"session_id":1,"chars":""}' };

/** How many hints there were after each response, as far as it was let to go. */
function hints(...responses: [call: { name: string; arguments: string }, output: string][]) {
  const guard = new RepetitionGuard();
  return responses.map(([call, output]) => {
    guard.add(call, output);
    return guard.takeAdvice().length;
  });
}

const same = (count: number) =>
  Array.from({ length: count }, (_, at): [ReturnType<typeof exec>, string] => [
    exec("make"),
    `exit_code: 1\nwall_s: 0.${at}\noutput:\nfailed after ${at}.5 ms`,
  ]);

test("the fourth and fifth time are a hint, the sixth stops; how long it took does not matter", () => {
  expect(hints(...same(5))).toEqual([0, 0, 0, 1, 1]);
  expect(() => hints(...same(6))).toThrow("exec_command was called 6 times");
});

test("two calls that take turns are a loop as well", () => {
  const pair = [exec("a"), exec("b")].map((call): [typeof call, string] => [call, "same"]);
  const rounds = Array.from({ length: 5 }, () => pair).flat();
  expect(hints(...rounds).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
});

test("the same result after a command that was new is no loop", () => {
  const rounds = Array.from({ length: 9 }, (_, at): [ReturnType<typeof exec>, string][] => [
    [exec(`sed -i ${at}`), "ok"],
    [exec("make"), "ok"],
  ]);
  expect(hints(...rounds.flat())).toEqual(Array.from({ length: 18 }, () => 0));
});

test("to look at a running command again and again is waiting", () => {
  expect(
    hints(...Array.from({ length: 9 }, (): [typeof poll, string] => [poll, "session_id: 1"])),
  ).toEqual(Array.from({ length: 9 }, () => 0));
});

test("calls of one response count once", () => {
  const guard = new RepetitionGuard();
  for (let count = 0; count < 300; count += 1) guard.add(exec("make"), "ok");
  expect(guard.takeAdvice()).toEqual([]);
});

test("what happened before a restart counts, up to the user's last message", () => {
  const history = (count: number): InputEntry[] =>
    Array.from({ length: count }, (_, at): InputEntry[] => [
      { type: "function_call", call_id: `c${at}`, ...exec("make") },
      { type: "function_call_output", call_id: `c${at}`, output: "ok" },
    ]).flat();
  expect(RepetitionGuard.of(history(4)).takeAdvice()).toHaveLength(1);
  expect(() => RepetitionGuard.of(history(6)).takeAdvice()).toThrow("6 times");
  const spoken = [...history(4), userEntry([{ type: "input_text", text: "go on" }])];
  expect(RepetitionGuard.of(spoken).takeAdvice()).toEqual([]);
  const told = [...history(4), changedEditTool, ...history(1)];
  expect(RepetitionGuard.of(told).takeAdvice(), "Heddle's own notes").toHaveLength(1);
});

test("a megabyte of digits is compared as quickly as anything else", () => {
  const digits = "1".repeat(1_000_000);
  expect(hints([exec("seq"), digits], [exec("seq"), `${digits} ms`])).toEqual([0, 0]);
});
