import { DaemonError } from "@heddle/protocol";
import { type Backup, type BackupRequest, makeBackup } from "./backups.ts";
import { findDamage, isDamage, isStorageFault } from "./database.ts";

/** What is done on a connection of its own, beside the one that answers. */
export type StoreTask =
  | { readonly type: "check"; readonly database: string }
  | ({ readonly type: "backup" } & BackupRequest);

export type TaskResult =
  /** Nothing is wrong; the backup is there, if one was asked for. */
  | { readonly type: "done"; readonly backup?: Backup }
  | { readonly type: "damaged"; readonly damage: string }
  | { readonly type: "failed"; readonly reason: string };

/** Checks the database, then backs it up if asked to: what is damaged is never backed up. */
export function runTask(task: StoreTask): TaskResult {
  try {
    const damage = findDamage(task.database, "quick");
    if (damage !== undefined) return { type: "damaged", damage };
    return { type: "done", ...(task.type === "backup" && { backup: makeBackup(task) }) };
  } catch (error) {
    const { message } = error as Error;
    if (isDamage(error)) return { type: "damaged", damage: message };
    if (error instanceof DaemonError) return { type: "failed", reason: message };
    const disk = isStorageFault(error) ? "the disk takes nothing: " : "";
    return { type: "failed", reason: `${disk}${message}` };
  }
}
