import type { Item } from "@heddle/protocol";
import type { InputEntry } from "../model-types.ts";

/** What `finish` says of a call: that it proves something. */
export interface Claim {
  readonly call_id: string;
  readonly claim: string;
}

type Command = Extract<Item, { type: "commandExecution" }>;

export interface ClaimGround {
  /** The items of the turn, oldest first. */
  readonly items: readonly Item[];
  /** What the model was sent, to find the command that a later call looked at. */
  readonly history: readonly InputEntry[];
  /** The tree as it is now, if the turn could change it. */
  readonly treeHash: string | undefined;
}

/** Which claims are not borne out: there is no such call, it failed, or files changed after it. */
export function claimProblems(claims: readonly Claim[], ground: ClaimGround): string[] {
  return claims.flatMap(({ call_id, claim }) => {
    const why = fault(call_id, ground);
    return why === undefined ? [] : [`"${claim}" is not proven by ${call_id}: ${why}`];
  });
}

function fault(callId: string, ground: ClaimGround): string | undefined {
  const item = itemOf(callId, ground);
  if (item === undefined) return "there is no such call in this turn; name one that you made";
  if (item.type !== "commandExecution") {
    return item.state === "completed" ? undefined : `it ${item.state}`;
  }
  if (item.exitCode !== 0) return `it ${endOf(item)}`;
  return staleness(item, ground);
}

/** A look at a session stands for the command that runs in it. */
function itemOf(callId: string, { items, history }: ClaimGround): Item | undefined {
  const find = (id: unknown) => items.findLast((item) => "callId" in item && item.callId === id);
  const found = find(callId);
  if (found) return found;
  const look = history.findLast(
    ({ name, call_id }) => name === "write_stdin" && call_id === callId,
  );
  const session = /"session_id"\s*:\s*(\d+)/.exec(String(look?.arguments))?.[1];
  if (look === undefined || session === undefined) return undefined;
  const begun = history
    .slice(0, history.indexOf(look))
    .findLast(
      ({ type, output }) => type === "function_call_output" && beginsSession(output, session),
    );
  return find(begun?.call_id);
}

function beginsSession(output: unknown, session: string): boolean {
  return typeof output === "string" && output.startsWith(`session_id: ${session}\n`);
}

function endOf({ exitCode, state }: Command): string {
  if (exitCode !== null) return `exited with ${exitCode}`;
  return state === "running" || state === "completed" ? "has not ended" : `was ${state}`;
}

/**
 * What has changed since the command began. Edits are known to be later; what later commands did is
 * told by the trees that they began on.
 */
function staleness(command: Command, { items, treeHash }: ClaimGround): string | undefined {
  if (treeHash === undefined || command.treeHash === treeHash) return undefined;
  const edit = items.find(
    (item) =>
      item.type === "fileChange" &&
      (item.completedAt ?? 0) > command.createdAt &&
      item.state === "completed" &&
      item.id > command.id,
  );
  if (edit?.type === "fileChange") {
    return `${edit.changes[0]?.path ?? "a file"} was changed after it; run it again`;
  }
  const next = items.find((item) => isCommand(item) && item.id > command.id);
  if (next === undefined || (isCommand(next) && next.treeHash === treeHash)) return undefined;
  return "files were changed after it; run it again";
}

function isCommand(item: Item): item is Command {
  return item.type === "commandExecution" && item.state !== "declined" && item.by === "agent";
}
