import * as z from "zod";
import { maxOutputTokens } from "./exec-command.ts";
import { functionTool, settled, ToolError } from "./tool.ts";

/** Ctrl+C, as a terminal would send it. */
const endOfSession = "\u0003";

/** Writes to a running command, or looks at it again. */
export const writeStdin = functionTool({
  name: "write_stdin",
  description:
    'Write to a running session, or poll it with empty chars; "\\u0003" alone ends one without a tty.',
  params: z.object({
    session_id: z.int(),
    chars: z.string().max(100_000).default(""),
    yield_time_ms: z.int().min(250).max(300_000).default(10_000),
    max_output_tokens: maxOutputTokens,
  }),
  effect: true,
  async run(
    { session_id, chars, yield_time_ms, max_output_tokens },
    { callId },
    { host, sessions, recovering },
  ) {
    const session = sessions.find(session_id);
    if (session === undefined) {
      const why = recovering ? "it ended with the daemon that ran it, and nothing was written" : "";
      throw new ToolError(`no session ${session_id} in this turn${why && `: ${why}`}`);
    }
    if (chars === endOfSession && !session.tty) {
      await session.kill();
      return { output: await settled(host, await session.look(0, max_output_tokens)) };
    }
    if (chars !== "" && !session.exit) {
      if (!session.tty) throw new ToolError("its input is closed; run the command with tty: true");
      const { id: itemId, cmd, cwd } = session.item;
      const consent = await host.authorize(itemId, { type: "input", itemId, cmd, cwd, chars });
      if (!consent.allowed) return { output: consent.message };
      host.effectBegins(callId);
      session.write(chars);
    }
    const output = await session.look(yield_time_ms, max_output_tokens);
    return { output: await settled(host, output) };
  },
  recover: async () => ({
    output:
      "unknown whether it was written: the daemon was stopped meanwhile; it is not written again, and the session has ended",
  }),
});
