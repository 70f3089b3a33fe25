import type { DoctorFinding, StorageStatus } from "@heddle/protocol";

/** Whether work is kept, and would be if the disk failed. */
export function examineStorage(status: StorageStatus): DoctorFinding[] {
  return [storing(status), backingUp(status), ...restored(status)];
}

function storing({ state, advice }: StorageStatus): DoctorFinding {
  const ok = state === "ok";
  const detail = ok ? "takes what is written" : "no work begins, reading goes on";
  return { name: "storage", ok, detail, mend: advice };
}

function backingUp({ lastBackupAt, backupFailure }: StorageStatus): DoctorFinding {
  const last =
    lastBackupAt === null ? "none was due yet" : `the last one is of ${time(lastBackupAt)}`;
  const ok = backupFailure === null;
  const detail = ok ? last : `${backupFailure} (${last})`;
  return { name: "backups", ok, detail, mend: ok ? null : "the next one is tried in its time" };
}

function restored({ restoration }: StorageStatus): DoctorFinding[] {
  if (restoration === null) return [];
  const { at, damage, backupAt, lostUntil, quarantine } = restoration;
  const kept = quarantine === null ? "" : `; the damaged files are in ${quarantine}`;
  const detail =
    `was damaged (${damage}) and restored at ${time(at)} from the backup of ${time(backupAt)}; ` +
    `what was stored from then until ${time(lostUntil)} is lost${kept}`;
  const mend =
    "work of threads that it does not know is kept under refs/heddle/salvage in their repositories;\n" +
    "`heddle daemon acknowledge` takes this notice away";
  return [{ name: "database", ok: false, detail, mend }];
}

function time(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, "");
}
