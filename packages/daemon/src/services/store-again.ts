import { setTimeout as delay } from "node:timers/promises";
import { isStorageFault } from "../store/database.ts";

/** How long a disk that takes nothing is left alone before the next try. */
export const storeAgainMs = 2000;

export interface StoreAgainOptions {
  /** Whether the daemon ends; what is not stored by then, the next one finds out. */
  readonly isStopping: () => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * Stores what has happened already, as soon as the disk takes it. Never rejects: every error is
 * reported, and one that is not the disk's ends it.
 */
export async function storeAgain(
  write: () => void | Promise<void>,
  { isStopping, onError }: StoreAgainOptions,
): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      onError(error);
      if (isStopping() || !isStorageFault(error)) return;
      await delay(storeAgainMs);
    }
  }
}
