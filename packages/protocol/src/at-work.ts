import type { ThreadStatus } from "./thread-row.ts";

/**
 * The statuses of a thread on which something is done at this moment. By itself, since a command that
 * needs no schema loads none.
 */
export const atWork: readonly ThreadStatus[] = ["provisioning", "queued", "running", "landing"];
