import type { DaemonStatus, DoctorFinding } from "@heddle/protocol";
import type { Approvals } from "../services/approvals.ts";
import type { Landings } from "../services/landings.ts";
import type { Models } from "../services/models.ts";
import type { Projects } from "../services/projects.ts";
import type { Tasks } from "../services/tasks.ts";
import type { ThreadWork } from "../services/thread-work.ts";
import type { Threads } from "../services/threads.ts";
import type { Turns } from "../services/turns.ts";

/** What the methods call. */
export interface Services {
  readonly version: string;
  readonly projects: Projects;
  readonly tasks: Tasks;
  readonly threads: Threads;
  readonly threadWork: ThreadWork;
  readonly turns: Turns;
  readonly landings: Landings;
  readonly approvals: Approvals;
  readonly models: Models;
  readonly status: () => DaemonStatus;
  readonly examine: () => Promise<DoctorFinding[]>;
  /** Begins to stop the daemon; the answer still goes out. */
  readonly stop: () => void;
}
