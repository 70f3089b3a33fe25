import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { idsFollow } from "@heddle/protocol";
import type { HeddlePaths } from "@heddle/protocol/node";
import { rgPath } from "@vscode/ripgrep";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { createHandlers } from "./methods/handlers.ts";
import { systemClock } from "./os/clock.ts";
import { systemResolve } from "./os/resolver.ts";
import { judgeAddress } from "./sandbox/egress/addresses.ts";
import { createDial } from "./sandbox/egress/dial.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { Approvals } from "./services/approvals.ts";
import { BackupSchedule } from "./services/backup-schedule.ts";
import { Boxes } from "./services/boxes.ts";
import { Busy } from "./services/busy.ts";
import { Checkouts } from "./services/checkouts.ts";
import { examine } from "./services/doctor.ts";
import { GrantExpiry } from "./services/grant-expiry.ts";
import { Grants, type Protected } from "./services/grants.ts";
import { Journal } from "./services/journal.ts";
import { Landings } from "./services/landings.ts";
import { clearLeftovers } from "./services/leftovers.ts";
import { LiveTexts } from "./services/live-texts.ts";
import { Models } from "./services/models.ts";
import { Mutations } from "./services/mutations.ts";
import { Networks } from "./services/networks.ts";
import { Policies } from "./services/policies.ts";
import { Projects } from "./services/projects.ts";
import { Provisioning } from "./services/provisioning.ts";
import { Relinking } from "./services/relinking.ts";
import { settleRestoration } from "./services/restoration.ts";
import { Spools } from "./services/spools.ts";
import { Status } from "./services/status.ts";
import { Storage } from "./services/storage.ts";
import { Tasks } from "./services/tasks.ts";
import { ThreadWork } from "./services/thread-work.ts";
import { Threads } from "./services/threads.ts";
import { Turns } from "./services/turns.ts";
import { isDamage } from "./store/database.ts";
import { acquireLock } from "./store/lock.ts";
import { markDamage, openStore, storePlaces } from "./store/restore.ts";
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
  readonly stopRequested: (by: string) => void;
}

/** Builds the daemon from the inside out; disposing the result stops it in the opposite order. */
export async function startDaemon(options: DaemonOptions): Promise<AsyncDisposable> {
  try {
    return await compose(options);
  } catch (error) {
    if (!isDamage(error)) throw error;
    // It came to light only now; with a mark all of the file is checked, and restored.
    markDamage(storePlaces(options.paths.state), error.message);
    return await compose(options);
  }
}

async function compose(options: DaemonOptions): Promise<AsyncDisposable> {
  const { config, paths, env, log, version, stopRequested } = options;
  await using stack = new AsyncDisposableStack();
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  const lock = { lock: join(paths.state, "lock.db"), holder: paths.holder };
  stack.use(await acquireLock(lock, { pid: process.pid, socket: paths.socket }));
  const places = storePlaces(paths.state);
  const { db, restoration, checkLater } = openStore(places, systemClock());
  if (restoration) log.error("the database was restored from a backup", { ...restoration });
  stack.defer(() => void db.close());

  const storage = stack.use(new Storage({ state: paths.state, logError: log.error }));
  const logError = (message: string, details: Record<string, unknown>) => {
    log.error(message, details);
    storage.notice(details.error);
  };
  const store = new Store(db, (error) => storage.notice(error));
  for (const id of store.lastIds()) idsFollow(id);
  const backups = new BackupSchedule({
    places,
    clock: systemClock,
    everyMs: config.backupEveryMs,
    changes: () => store.changes(),
    damageFound: (damage) => storage.damageFound(damage),
    log,
  });
  stack.use(backups);
  const journal = new Journal({ store, clock: systemClock, logError });
  const mutations = new Mutations(store, journal, (method) => storage.refuse(method));
  const texts = new LiveTexts(store, logError);
  stack.defer(() => texts.save());

  const worktreeRoot = join(paths.state, "worktrees");
  const scratchRoot = join(paths.state, "scratch");
  const { allowRoot, maxCommands, memoryBytes } = config;
  const sandbox = createSandbox({ allowRoot, maxCommands, memoryBytes, stateDir: paths.state });
  const spoolRoot = join(paths.state, "spool");
  const spools = new Spools({ root: spoolRoot, store, texts, clock: systemClock, logError });
  const allowPrivate = new Set(config.allowPrivate);
  const keyVariables = Object.values(config.providers).flatMap((one) => one.api_key_env ?? []);
  const grants = new Grants({
    store,
    clock: systemClock,
    places: protectedPlaces(options),
    env,
    keyVariables,
    allowPrivate,
  });
  stack.use(new GrantExpiry({ grants, journal, clock: systemClock, logError }));
  const dial = createDial({ resolve: systemResolve, judge: judgeAddress, allowPrivate });
  const networks = new Networks({ grants, journal, dial, log: log.info });
  const projects = new Projects(store, grants);
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
  const boxes = new Boxes({ sandbox, grants, networks, searcher: rgPath, spools });

  const checkouts = new Checkouts({ store, journal });
  const common = {
    store,
    journal,
    checkouts,
    projects,
    tasks,
    busy,
    sandbox,
    boxes,
    spools,
    logError,
  };
  const provisioning = new Provisioning({ ...common, worktreeRoot });
  const threads = new Threads({ store, texts, projects, tasks, provisioning });
  const deciding = { approvals, policies, models, texts, clock: systemClock };
  const maxRunning = config.maxRunningTurns;
  const isStarved = (error: unknown) => storage.isStarved(error);
  const turns = new Turns({ ...common, ...deciding, searcher: rgPath, maxRunning, isStarved });
  const threadWork = new ThreadWork({ ...common, grants, turns, worktreeRoot });
  const landings = new Landings({ ...common, scratchRoot });
  const relinking = new Relinking(common);
  stack.defer(() => provisioning.stop());
  stack.defer(() => landings.stop());
  stack.defer(() => turns.stop());

  const facts = { paths, version, mainModel: config.mainModel };
  const status = new Status({ store, storage, backups, clock: systemClock, ...facts });
  const services = {
    projects,
    tasks,
    threads,
    threadWork,
    turns,
    landings,
    relinking,
    approvals,
    models,
  };
  const handlers = createHandlers({
    ...services,
    spools,
    version,
    status: () => status.daemon(),
    examine: () => examine({ paths, sandbox, models, spools, storage: status.storage() }),
    acknowledge: () => store.restorations.acknowledge(),
    stop: stopRequested,
  });
  const dispatcher = new Dispatcher({ handlers, mutations, logError });
  const subscriptions = stack.use(new Subscriptions(journal, texts, store.events));
  const queue = new FairQueue();

  storage.onDamage((damage) => {
    markDamage(places, damage);
    for (const work of [turns, landings, provisioning]) void work.stop();
  });
  await storage.attempt(async () => {
    store.mutations.prune(systemClock());
    await clearLeftovers({ ...common, worktreeRoot, scratchRoot });
    await landings.recover();
    settleRestoration({ store, journal, turns });
    turns.recover();
    provisioning.resume();
  });
  backups.begin({ check: checkLater });
  const accept = (socket: ConnectionOptions["socket"]) =>
    void new Connection({ socket, dispatcher, subscriptions, lane: queue.lane(), log: log.info });
  stack.use(await listen(paths.socket, { accept, log: log.info }));
  // What was accepted is answered before the socket closes.
  stack.defer(() => dispatcher.drain());
  log.info("started", { version, pid: process.pid, socket: paths.socket });
  return stack.move();
}

function protectedPlaces({ config, paths, env }: DaemonOptions): Protected {
  const keyFiles = Object.values(config.providers).flatMap((one) => one.api_key_file ?? []);
  const secrets = [paths.config, paths.runtime, ...keyFiles];
  return { home: env.HOME || homedir(), stateDir: paths.state, secrets };
}
