import { DaemonError, type Item, type Thread, type TurnId } from "@heddle/protocol";
import type { FileFact } from "../../policy/facts.ts";
import type { Store } from "../../store/store.ts";
import { measureChange } from "../git/measure.ts";
import { filesOf, merged } from "./action-facts.ts";

/** Where the commits of a thread are. */
export type GitDirOf = (thread: Thread) => Promise<string>;

/**
 * What a turn changed beside its patches: the tree of its checkpoint against the one of its commit.
 * What did not stay until its end is not in it. Undefined where that is not known, or not any more.
 */
export async function leftBy(
  store: Store,
  { turnId, thread, gitDirOf }: { turnId: TurnId; thread: Thread; gitDirOf: GitDirOf },
): Promise<FileFact[] | undefined> {
  const turn = store.turns.find(turnId);
  if (turn === undefined || turn.completedAt === null) return undefined;
  const begun = store.checkpoints.find(turnId)?.commit;
  // A turn that leaves no commit has changed nothing.
  if (begun === undefined || turn.commit === null) return [];
  try {
    const whole = await measureChange(await gitDirOf(thread), begun, turn.commit);
    return without(whole, patchedIn(store.items.ofTurn(turnId)));
  } catch (error) {
    // Repositories go away, and objects in them.
    if (error instanceof DaemonError) return undefined;
    throw error;
  }
}

function patchedIn(items: readonly Item[]): FileFact[] {
  const patches = items.flatMap((item) =>
    item.type === "fileChange" && item.state === "completed" ? [filesOf(item.changes)] : [],
  );
  return patches.reduce(merged, []);
}

/** What remains of a change once the lines of another are taken from it. */
function without(whole: readonly FileFact[], known: readonly FileFact[]): FileFact[] {
  const byPath = new Map(known.map((file) => [file.path, file]));
  return whole.flatMap((file) => {
    const patched = byPath.get(file.path);
    if (patched === undefined) return [file];
    const added = Math.max(0, file.added - patched.added);
    const deleted = Math.max(0, file.deleted - patched.deleted);
    return added + deleted === 0 ? [] : [{ ...file, added, deleted }];
  });
}
