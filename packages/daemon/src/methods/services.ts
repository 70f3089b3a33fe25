import type {
  DaemonStatus,
  DoctorFinding,
  Methods,
  ParamsOf,
  ResultOf,
  ThreadFacts,
  ThreadId,
} from "@heddle/protocol";
import type { Approvals } from "../services/approvals.ts";
import type { Automations } from "../services/automations/automations.ts";
import type { Inbox } from "../services/automations/inbox.ts";
import type { Code } from "../services/code.ts";
import type { Forks } from "../services/forks.ts";
import type { Landings } from "../services/landings.ts";
import type { McpServers } from "../services/mcp/mcp-servers.ts";
import type { Models } from "../services/models.ts";
import type { Plans } from "../services/phases/plans.ts";
import type { PolicyDesk } from "../services/policy/policy-desk.ts";
import type { Projects } from "../services/projects.ts";
import type { Relinking } from "../services/relinking.ts";
import type { Comments } from "../services/reviews/comments.ts";
import type { Reviews } from "../services/reviews/reviews.ts";
import type { Spools } from "../services/spools.ts";
import type { Tasks } from "../services/tasks.ts";
import type { ThreadWork } from "../services/thread-work.ts";
import type { Threads } from "../services/threads.ts";
import type { Turns } from "../services/turns.ts";

/** What the methods call. */
export interface Services {
  readonly version: string;
  readonly projects: Projects;
  readonly relinking: Relinking;
  readonly tasks: Tasks;
  readonly threads: Threads;
  readonly threadWork: ThreadWork;
  readonly turns: Turns;
  readonly landings: Landings;
  readonly approvals: Approvals;
  readonly policyDesk: PolicyDesk;
  readonly models: Models;
  readonly mcpServers: McpServers;
  readonly spools: Spools;
  readonly code: Code;
  readonly automations: Automations;
  readonly inbox: Inbox;
  readonly plans: Plans;
  readonly reviews: Reviews;
  readonly comments: Comments;
  readonly forks: Forks;
  readonly threadFacts: (threadId: ThreadId) => ThreadFacts;
  readonly searchHistory: (
    params: ParamsOf<Methods, "history/search">,
  ) => ResultOf<Methods, "history/search">;
  readonly status: () => DaemonStatus;
  readonly examine: () => Promise<DoctorFinding[]>;
  /** Somebody has read that the database was restored. */
  readonly acknowledge: () => void;
  /** Begins to stop the daemon, and says by whom; the answer still goes out. */
  readonly stop: (by: string) => void;
}
