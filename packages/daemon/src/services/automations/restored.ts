import type { Automation } from "@heddle/protocol";
import type { Store } from "../../store/store.ts";
import { daemonActor, type Journal, type Transaction } from "../journal.ts";
import { newRun } from "./claims.ts";
import { endRun, tellOfRun } from "./run-ends.ts";
import { nextSlot } from "./schedule/due.ts";

/**
 * Takes up the automations of a restored backup. Slots up to the moment of the loss may have had
 * their runs, of which the backup knows nothing: they are not run again, and said to be missed.
 */
export function settleRestoredAutomations(store: Store, journal: Journal): void {
  const restoration = store.restorations.unsettled();
  if (restoration === undefined) return;
  const { lostUntil } = restoration;
  journal.write(daemonActor, (tx) => {
    const reason = "the database was restored from a backup that is older";
    for (const run of store.runs.open()) endRun(tx, store, run.id, { type: "cancelled", reason });
    for (const automation of store.automations.where({})) {
      if (automation.nextRunAt === null || automation.nextRunAt > lostUntil) continue;
      passOver(tx, store, automation, { lostUntil, reason });
    }
  });
}

function passOver(
  tx: Transaction,
  store: Store,
  automation: Automation,
  { lostUntil, reason }: { lostUntil: number; reason: string },
): void {
  const slotAt = automation.nextSlotAt ?? lostUntil;
  const claim = { trigger: "schedule", slot: String(slotAt), slotAt } as const;
  const changed = { ...automation, ...nextSlot(automation, lostUntil) };
  tx.announce({ type: "automationChanged", automation: changed });
  if (store.runs.ofSlot(automation.id, claim.trigger, claim.slot)) return;
  const run = newRun(tx, changed, claim, { state: "missed", reason: `${reason}; perhaps it ran` });
  tx.announce({ type: "runChanged", run });
  tellOfRun(tx, store, changed, run);
}
