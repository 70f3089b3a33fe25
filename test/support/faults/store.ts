import type { Fault } from "./fault.ts";
import { clockJump } from "./store/clock.ts";
import { staleSocket, twoDaemons } from "./store/daemons.ts";
import { damagedDatabase } from "./store/damage.ts";
import { diskFull } from "./store/disk.ts";
import { migrationKilled } from "./store/migration.ts";
import { newerSchema } from "./store/newer.ts";
import { powerCut } from "./store/power.ts";
import { readOnlyDisk } from "./store/read-only.ts";
import { upgrade } from "./store/upgrade.ts";

/** What can befall the database, its disk, its lock, its socket and its clock. */
export const storeFaults: readonly Fault[] = [
  powerCut,
  diskFull,
  readOnlyDisk,
  twoDaemons,
  staleSocket,
  migrationKilled,
  newerSchema,
  damagedDatabase,
  upgrade,
  clockJump,
];
