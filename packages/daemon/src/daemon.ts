import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DaemonStatus } from "@heddle/protocol";
import { protocolVersion } from "@heddle/protocol";
import type { HeddlePaths } from "@heddle/protocol/node";
import { rgPath } from "@vscode/ripgrep";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { createHandlers } from "./methods/handlers.ts";
import { systemClock } from "./os/clock.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { Approvals } from "./services/approvals.ts";
import { Boxes } from "./services/boxes.ts";
import { Busy } from "./services/busy.ts";
import { examine } from "./services/doctor.ts";
import { Journal } from "./services/journal.ts";
import { Landings } from "./services/landings.ts";
import { clearLeftovers } from "./services/leftovers.ts";
import { LiveTexts } from "./services/live-texts.ts";
import { Models } from "./services/models.ts";
import { Mutations } from "./services/mutations.ts";
import { Policies } from "./services/policies.ts";
import { Projects } from "./services/projects.ts";
import { Provisioning } from "./services/provisioning.ts";
import { Tasks } from "./services/tasks.ts";
import { ThreadWork } from "./services/thread-work.ts";
import { Threads } from "./services/threads.ts";
import { Turns } from "./services/turns.ts";
import { openDatabase } from "./store/database.ts";
import { acquireLock } from "./store/lock.ts";
import { Store } from "./store/store.ts";
import { Connection, type ConnectionOptions } from "./transport/connection.ts";
import { Dispatcher } from "./transport/dispatcher.ts";
import { FairQueue } from "./transport/fair-queue.ts";
import { listen } from "./transport/socket.ts";
import { Subscriptions } from "./transport/subscriptions.ts";

export interface DaemonOptions {
  readonly config: Config;
  readonly paths: HeddlePaths;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly version: string;
  /** A client asked the daemon to stop. */
  readonly stopRequested: () => void;
}

/** Builds the daemon from the inside out; disposing the result stops it in the opposite order. */
export async function startDaemon(options: DaemonOptions): Promise<AsyncDisposable> {
  const { config, paths, env, log, version, stopRequested } = options;
  await using stack = new AsyncDisposableStack();
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  stack.use(acquireLock(join(paths.state, "lock.db")));
  const db = openDatabase(join(paths.state, "heddle.db"));
  stack.defer(() => void db.close());

  const logError = log.error;
  const store = new Store(db);
  const journal = new Journal({ store, clock: systemClock, logError });
  const mutations = new Mutations(store, journal);
  const texts = new LiveTexts(store);
  stack.defer(() => texts.save());
  store.mutations.prune(systemClock());

  const worktreeRoot = join(paths.state, "worktrees");
  const scratchRoot = join(paths.state, "scratch");
  const { allowRoot, maxCommands } = config;
  const sandbox = createSandbox({ allowRoot, maxCommands, stateDir: paths.state });
  const projects = new Projects(store, { home: env.HOME || homedir(), stateDir: paths.state });
  const tasks = new Tasks(store);
  const models = new Models({ ...config, env, hide: log.hide });
  const policies = new Policies(store, systemClock);
  const approvals = new Approvals({
    store,
    journal,
    clock: systemClock,
    deadlineMs: config.approvalDeadlineMs,
  });
  const busy = new Busy();
  const boxes = new Boxes({ sandbox, projects, searcher: rgPath, env });

  const common = { store, journal, projects, tasks, busy, sandbox, boxes, logError };
  const provisioning = new Provisioning({ ...common, worktreeRoot });
  const threads = new Threads({ store, texts, projects, tasks, provisioning });
  const deciding = { approvals, policies, models, texts, clock: systemClock };
  const maxRunning = config.maxRunningTurns;
  const turns = new Turns({ ...common, ...deciding, searcher: rgPath, maxRunning });
  const threadWork = new ThreadWork({ ...common, turns, worktreeRoot });
  const landings = new Landings({ ...common, scratchRoot });
  stack.defer(() => provisioning.stop());
  stack.defer(() => landings.stop());
  stack.defer(() => turns.stop());

  const startedAt = systemClock();
  const status = () => statusOf({ store, config, paths, version, startedAt });
  const services = { projects, tasks, threads, threadWork, turns, landings, approvals, models };
  const handlers = createHandlers({
    ...services,
    version,
    status,
    examine: () => examine({ paths, sandbox, models }),
    stop: stopRequested,
  });
  const dispatcher = new Dispatcher({ handlers, mutations, logError });
  const subscriptions = stack.use(new Subscriptions(journal, texts, store.events));
  const queue = new FairQueue();

  await clearLeftovers({ ...common, worktreeRoot, scratchRoot });
  await landings.recover();
  turns.recover();
  provisioning.resume();
  const accept = (socket: ConnectionOptions["socket"]) =>
    void new Connection({ socket, dispatcher, subscriptions, lane: queue.lane(), log: log.info });
  stack.use(await listen(paths.socket, accept));
  // What was accepted is answered before the socket closes.
  stack.defer(() => dispatcher.drain());
  log.info("started", { version, pid: process.pid, socket: paths.socket });
  return stack.move();
}

function statusOf({
  store,
  config,
  paths,
  version,
  startedAt,
}: {
  store: Store;
  config: Config;
  paths: HeddlePaths;
  version: string;
  startedAt: number;
}): DaemonStatus {
  return {
    version,
    protocolVersion,
    pid: process.pid,
    startedAt,
    socket: paths.socket,
    configPath: paths.config,
    statePath: paths.state,
    mainModel: config.mainModel,
    projects: store.projects.count({}),
    threads: store.threads.countByStatus(),
    approvals: store.approvals.count({ state: "pending" }),
    memoryBytes: process.memoryUsage.rss(),
  };
}
