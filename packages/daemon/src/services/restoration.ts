import type { Store } from "../store/store.ts";
import { daemonActor, type Journal } from "./journal.ts";
import type { Turns } from "./turns.ts";

/**
 * Ends the turns that a restored backup holds open. They may have done much since it was made, of
 * which its ledger knows nothing: to go on with them would be to do that twice.
 */
export function settleRestoration({
  store,
  journal,
  turns,
}: {
  readonly store: Store;
  readonly journal: Journal;
  readonly turns: Turns;
}): void {
  const restoration = store.restorations.unsettled();
  if (restoration === undefined) return;
  const made = new Date(restoration.backupAt).toISOString();
  const message = `the database was restored from its backup of ${made}; what this turn did since is in the worktree, send a message to go on`;
  journal.write(daemonActor, (tx) => {
    turns.endOpen(tx, { kind: "storageDamaged", message, details: {} });
    store.restorations.settle();
  });
}
