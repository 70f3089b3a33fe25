import { expect, test } from "vitest";
import { choose } from "./conversation.ts";
import type { Json } from "./json.ts";
import { parseRequest } from "./request.ts";
import { genericScenarios } from "./scenarios.ts";
import type { Reply, ScriptedCall } from "./types.ts";

const allTools = ["exec_command", "apply_patch", "read_file", "finish"];

function reply(input: readonly Json[], toolNames: readonly string[] = allTools): Reply {
  const tools = toolNames.map((name) => ({ type: "function", name }));
  const request = parseRequest(Buffer.from(JSON.stringify({ input, tools })), {});
  const { scenario, turn } = choose(request, genericScenarios);
  return scenario.reply(turn);
}

const user = (text: string): Json => ({ type: "message", role: "user", content: text });

/** A model's call and its result, as a client replays them. */
function exchange({ tool, input }: ScriptedCall, output: string, call_id = "call_1"): Json[] {
  const call = { type: "function_call", call_id, name: tool, arguments: JSON.stringify(input) };
  return [call, { type: "function_call_output", call_id, output }];
}

/** Plays a whole turn: `answer` gives each call's output. */
function play(
  prompt: string,
  answer: (call: ScriptedCall) => string,
  tools?: readonly string[],
): Reply[] {
  const input: Json[] = [user(prompt)];
  const replies: Reply[] = [];
  for (let count = 0; count < 20; count++) {
    const next = reply(input, tools);
    replies.push(next);
    if (!next.calls?.length) return replies;
    for (const [index, call] of next.calls.entries()) {
      input.push(...exchange(call, answer(call), `call_${count}_${index}`));
    }
  }
  throw new Error("the scenario does not end");
}

test("an edit reads the file, patches what it found, checks and finishes with proof", () => {
  const replies = play(
    '[[edit path=a.js find="b = 1" replace="b = 2" check="npm test"]]',
    (call) =>
      call.tool === "read_file" ? "lines 1-3 of 3\n1\tlet a;\n2\tlet b = 1;\n3\tlet c;" : "ok",
  );
  expect(replies.map(({ calls, text }) => calls ?? text)).toEqual([
    [{ tool: "read_file", input: { path: "a.js" } }],
    [
      {
        tool: "apply_patch",
        input: {
          input:
            "*** Begin Patch\n*** Update File: a.js\n@@\n let a;\n-let b = 1;\n+let b = 2;\n let c;\n*** End Patch\n",
        },
      },
    ],
    [{ tool: "exec_command", input: { cmd: "npm test" } }],
    [
      {
        tool: "finish",
        input: {
          summary: "Changed a.js.",
          checks: [{ call_id: "call_2_0", claim: "npm test passes" }],
        },
      },
    ],
    "Changed a.js.",
  ]);
});

test("an edit falls back to cat, and says when the text is not there", () => {
  const replies = play("[[edit path=a.js find=x replace=y]]", () => "nothing");
  expect(replies.map(({ calls, text }) => calls ?? text)).toEqual([
    [{ tool: "read_file", input: { path: "a.js" } }],
    [{ tool: "exec_command", input: { cmd: "cat -- 'a.js'" } }],
    'I could not find "x" once in a.js.',
  ]);
});

test("without the finish tool a turn ends with a message", () => {
  const replies = play('[[write path=a.txt text="hi\\n"]]', () => "ok", ["apply_patch"]);
  expect(replies.map(({ calls, text }) => calls?.[0]?.tool ?? text)).toEqual([
    "apply_patch",
    "Changed a.txt.",
  ]);
});

test("a loop asks for the same command as often as it is told", () => {
  const replies = play("[[loop n=3 cmd=ls]]", () => "same");
  expect(replies.slice(0, 3)).toEqual(
    Array.from({ length: 3 }, () => ({ calls: [{ tool: "exec_command", input: { cmd: "ls" } }] })),
  );
  expect(replies[3]).toEqual({ text: "Ran it 3 times." });
});

test("steps fill in the session and the call that came before", () => {
  const steps = [
    { calls: [{ tool: "exec_command", input: { cmd: "cat" } }] },
    { calls: [{ tool: "write_stdin", input: { session_id: "{{session}}", chars: "a" } }] },
    { calls: [{ tool: "finish", input: { checks: [{ call_id: "{{call}}" }] } }] },
  ];
  const replies = play(`[[steps]]\n\`\`\`json\n${JSON.stringify(steps)}\n\`\`\``, (call) =>
    call.tool === "exec_command" ? "session_id: 7\noutput:" : "ok",
  );
  expect(replies[1]?.calls?.[0]?.input).toEqual({ session_id: 7, chars: "a" });
  expect(replies[2]?.calls?.[0]?.input).toEqual({ checks: [{ call_id: "call_1_0" }] });
});

test("a message that steers a running turn does not end its scenario", () => {
  const call = { tool: "exec_command", input: { cmd: "ls" } };
  const input = [user("[[run cmd=ls]]"), ...exchange(call, "a"), user("be quick")];
  expect(reply(input)).toEqual({ text: "Ran ls." });
});

test("the next turn starts anew, after a message as after finish", () => {
  const message = {
    type: "message",
    role: "assistant",
    content: [{ type: "output_text", text: "x" }],
  };
  expect(reply([user("[[say n=1]]"), message, user("thanks")])).toEqual({ text: "ok" });
  const finish = exchange({ tool: "finish", input: {} }, "done");
  expect(reply([user("[[write path=a]]"), ...finish, user("[[say n=1]]")])).toEqual({
    text: "the",
  });
});

test("context that a client adds after the prompt does not hide the directive", () => {
  expect(reply([user("[[say n=1]]"), user("<environment>cwd is /</environment>")])).toEqual({
    text: "the",
  });
});

test("an unknown scenario, like no scenario, is answered with ok", () => {
  expect(reply([user("[[nothing]]")])).toEqual({ text: "ok" });
  expect(reply([user("hello")])).toEqual({ text: "ok" });
});
