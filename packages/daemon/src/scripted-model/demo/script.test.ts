import { expect, test } from "vitest";
import type { Reply, ToolResult } from "../types.ts";
import { slugScenario } from "./slug-task.ts";

/** The reply after responses that each made one call with the given result. */
function after(...results: readonly [tool: string, output: string][]): Reply {
  const tools = [{ name: "finish", custom: false, parameters: {} }];
  const done = results.map(
    ([tool, output], index): ToolResult => ({ callId: `call_${index}`, tool, output }),
  );
  const responses = done.map((result) => [result]);
  return slugScenario.reply({ prompt: "", args: {}, tools, responses, results: done });
}

const failed = "exit_code: 1\n# pass 11\n# fail 1\n";

test("a command that still runs is waited for, and does not count as a step", () => {
  const poll = { tool: "write_stdin", input: { session_id: 4, chars: "" } };
  expect(after(["exec_command", "session_id: 4"]).calls).toEqual([poll]);
  const reply = after(["exec_command", "session_id: 4"], ["write_stdin", failed]);
  expect(reply.calls?.map(({ tool }) => tool)).toEqual(["read_file", "read_file"]);
});

test("a declined command ends the turn without a claim", () => {
  expect(after(["exec_command", "the user declined this command"])).toEqual({
    text: "You declined that, so I stop here. Nothing is verified.",
  });
});

test("a test that fails after the change is not called a success", () => {
  const reply = after(
    ["exec_command", failed],
    ["read_file", ""],
    ["apply_patch", "ok"],
    ["exec_command", failed],
  );
  expect(reply).toEqual({ text: "A test still fails after the change; I stop here." });
});
