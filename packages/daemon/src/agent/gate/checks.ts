import type { Item, Proof } from "@heddle/protocol";
import { CommandSession } from "../tools/sessions.ts";
import { failItem } from "../tools/tool.ts";
import type { CommandItem, TurnHost } from "../turn-host.ts";
import { affectedPart } from "./affected.ts";

const checkLimitMs = 30 * 60_000;
/** What the model is told of the output of one check that failed. */
const outputTokens = 1500;

export interface CheckFindings {
  readonly problems: readonly string[];
  readonly failedBefore: Proof["failedBefore"];
  /** Whether any of them had to be run. */
  readonly ran: boolean;
}

export const noFindings: CheckFindings = { problems: [], failedBefore: [], ran: false };

export interface CheckRequest {
  readonly checks: readonly string[];
  readonly treeHash: string;
  /** What the turn has changed. */
  readonly paths: readonly string[];
  /** Begins the ids of what is run. */
  readonly name: string;
}

/**
 * Runs what has not passed on exactly this tree yet, up to the first check that fails and did not
 * fail so before the turn. Of a check that is known to be slow, the tests that the changes affect
 * come first: they tell sooner that it fails, though never that it passes.
 */
export async function findFailures(host: TurnHost, request: CheckRequest): Promise<CheckFindings> {
  const { checks, treeHash, paths, name } = request;
  const items = host.evidence.items();
  const failedBefore: Proof["failedBefore"] = [];
  let ran = false;
  for (const [at, check] of checks.entries()) {
    if (items.some((item) => hasPassed(item, { cmd: check, cwd: host.worktree, treeHash })))
      continue;
    ran = true;
    const callId = `${name}_${at + 1}`;
    const part = await affectedPart(host, { check, paths, items });
    const runs = part === undefined ? [check] : [part, check];
    for (const cmd of runs) {
      const id = cmd === check ? callId : `${callId}_affected`;
      const { item, output } = await runCheck(host, { cmd, treeHash, callId: id });
      if (item.exitCode === 0) continue;
      const commit = await host.evidence.failedBefore(item, check);
      if (commit === undefined) {
        const problem = `the check \`${cmd}\` failed on the final tree\n${output}`;
        return { problems: [problem], failedBefore, ran };
      }
      if (cmd === check) failedBefore.push({ command: check, commit });
    }
  }
  return { problems: [], failedBefore, ran };
}

function hasPassed(
  item: Item,
  { cmd, cwd, treeHash }: { cmd: string; cwd: string; treeHash: string },
): boolean {
  return (
    item.type === "commandExecution" &&
    item.cmd.trim() === cmd.trim() &&
    item.cwd === cwd &&
    item.treeHash === treeHash &&
    item.exitCode === 0
  );
}

async function runCheck(
  host: TurnHost,
  { cmd, treeHash, callId }: { cmd: string; treeHash: string; callId: string },
): Promise<{ item: CommandItem; output: string }> {
  // One that an earlier daemon had begun ended with its box.
  host.recoverCommand(callId);
  const started = host.startItem(draftOf(host, { cmd, treeHash, callId }));
  const session = await begin(host, started);
  const output = await session.outcome(outputTokens);
  return { item: { ...started, ...endOf(session) }, output };
}

async function begin(host: TurnHost, started: CommandItem): Promise<CommandSession> {
  const { worktree: cwd, signal } = host;
  try {
    const box = await host.box();
    const item = { ...started, profileHash: box.profileHash };
    await host.evidence.treeBefore(item.cmd);
    host.updateItem(item);
    const limits = { tty: false, timeoutMs: checkLimitMs, signal };
    const process = await box.run({ cmd: item.cmd, cwd, ...limits });
    return new CommandSession({ id: 0, item, tty: false, process, host });
  } catch (error) {
    failItem(host, started, error);
    throw error;
  }
}

function endOf({ exit }: CommandSession): Pick<CommandItem, "exitCode" | "stopReason"> {
  const stopReason = exit === undefined || exit.reason === "exited" ? null : exit.reason;
  return { exitCode: exit?.exitCode ?? null, stopReason };
}

function draftOf(
  { worktree }: TurnHost,
  { cmd, treeHash, callId }: { cmd: string; treeHash: string; callId: string },
) {
  return {
    type: "commandExecution",
    callId,
    cmd,
    cwd: worktree,
    sessionId: null,
    exitCode: null,
    wallMs: null,
    profileHash: null,
    stopReason: null,
    outputBytes: null,
    treeHash,
    by: "gate",
    text: "",
    textLength: 0,
  } as const;
}
