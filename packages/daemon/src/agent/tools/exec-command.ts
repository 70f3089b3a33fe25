import { isAbsolute, join, relative } from "node:path";
import * as z from "zod";
import { resultTokenLimit } from "../context/truncate.ts";
import type { TurnHost } from "../turn-host.ts";
import { declined, failItem, functionTool, settled, systemText, ToolError } from "./tool.ts";

const commandLimitMs = 10 * 60_000;

const yieldTime = z.int().min(250).max(30_000).default(10_000);
export const maxOutputTokens = z.int().min(100).max(resultTokenLimit).default(resultTokenLimit);

/** Runs a command in the turn's box; one that takes longer goes on as a session. */
export const execCommand = functionTool({
  name: "exec_command",
  description:
    "Run a bash command in the sandbox. Returns exit_code, or session_id if it still runs.",
  params: z.object({
    cmd: systemText.min(1).max(100_000),
    workdir: systemText.optional().describe("Default: the worktree."),
    yield_time_ms: yieldTime,
    max_output_tokens: maxOutputTokens,
    tty: z.boolean().default(false),
  }),
  effect: true,
  async run({ cmd, workdir, yield_time_ms, max_output_tokens, tty }, { callId }, context) {
    const { host, sessions } = context;
    const cwd = directory(host, workdir);
    let started = host.startItem({
      type: "commandExecution",
      callId,
      cmd,
      cwd,
      sessionId: null,
      exitCode: null,
      wallMs: null,
      profileHash: null,
      stopReason: null,
      outputBytes: null,
      treeHash: null,
      by: "agent",
      text: "",
      textLength: 0,
    });
    try {
      const consent = await host.authorize(started.id, { type: "command", cmd, cwd, tty });
      if (!consent.allowed) return declined(host, started, consent.message);
      await host.beforeEffect();
      const [box, treeHash = null] = await Promise.all([host.box(), host.evidence.treeBefore(cmd)]);
      started = { ...started, profileHash: box.profileHash, treeHash };
      host.updateItem(started);
      host.effectBegins(callId);
      const { signal } = host;
      const process = await box.run({ cmd, cwd, tty, timeoutMs: commandLimitMs, signal });
      const session = sessions.add({ item: started, tty, process, host });
      const output = await session.look(yield_time_ms, max_output_tokens);
      if (!session.exit) session.leaveRunning();
      return { output: await settled(host, output) };
    } catch (error) {
      if (!sessions.has(started.id)) failItem(host, started, error);
      throw error;
    }
  },
  recover: async ({ callId }, { host }) => ({ output: host.recoverCommand(callId) }),
});

function directory({ worktree }: TurnHost, workdir = "."): string {
  const cwd = isAbsolute(workdir) ? workdir : join(worktree, workdir);
  const inside = relative(worktree, cwd);
  if (inside.startsWith("..") || isAbsolute(inside)) {
    throw new ToolError(`workdir ${workdir} is outside the worktree ${worktree}`);
  }
  return cwd;
}
