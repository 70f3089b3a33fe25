import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { idsFollow, type ProjectId, type ThreadId } from "@heddle/protocol";
import type { HeddlePaths } from "@heddle/protocol/node";
import { rgPath } from "@vscode/ripgrep";
import { type Config, writeRole } from "./config.ts";
import type { Log } from "./log.ts";
import { createHandlers } from "./methods/handlers.ts";
import { systemClock } from "./os/clock.ts";
import { gitCliffPath } from "./os/git-cliff.ts";
import { systemResolve } from "./os/resolver.ts";
import { judgeAddress } from "./sandbox/egress/addresses.ts";
import { createDial } from "./sandbox/egress/dial.ts";
import { endLeftBoxes } from "./sandbox/left-boxes.ts";
import { createSandbox } from "./sandbox/sandbox.ts";
import { Approvals } from "./services/approvals.ts";
import { Archiver } from "./services/archiver.ts";
import { AutomationEngine } from "./services/automations/engine.ts";
import { settleRestoredAutomations } from "./services/automations/restored.ts";
import { BackupSchedule } from "./services/backup-schedule.ts";
import { BaseChecks } from "./services/base-checks.ts";
import { Boxes } from "./services/boxes.ts";
import { dayLevels } from "./services/budgets.ts";
import { Busy } from "./services/busy.ts";
import { Checkouts } from "./services/checkouts.ts";
import { Code } from "./services/code.ts";
import { CodeIndex } from "./services/code-index.ts";
import { examine } from "./services/doctor.ts";
import { Forks } from "./services/forks.ts";
import { GrantExpiry } from "./services/grant-expiry.ts";
import { Grants, type Protected } from "./services/grants.ts";
import { searchHistory } from "./services/history.ts";
import { Journal } from "./services/journal.ts";
import { Landings, type LandingsOptions } from "./services/landings.ts";
import { clearLeftovers } from "./services/leftovers.ts";
import { LiveTexts } from "./services/live-texts.ts";
import { McpServers } from "./services/mcp/mcp-servers.ts";
import { Renewals } from "./services/mcp/renewals.ts";
import { Models } from "./services/models.ts";
import { Mutations } from "./services/mutations.ts";
import { Networks } from "./services/networks.ts";
import { Plans } from "./services/phases/plans.ts";
import { keepOffer } from "./services/policy/offers.ts";
import { Policies } from "./services/policy/policies.ts";
import { PolicyDesk } from "./services/policy/policy-desk.ts";
import { Projects } from "./services/projects.ts";
import { Provisioning } from "./services/provisioning.ts";
import { Relinking } from "./services/relinking.ts";
import { settleRestoration } from "./services/restoration.ts";
import { Comments } from "./services/reviews/comments.ts";
import { ReviewRecord } from "./services/reviews/review-record.ts";
import { Reviews } from "./services/reviews/reviews.ts";
import { rows } from "./services/rows.ts";
import { Spools } from "./services/spools.ts";
import { Status } from "./services/status.ts";
import { Storage } from "./services/storage.ts";
import { Tasks } from "./services/tasks.ts";
import { lastContexts, threadFacts } from "./services/thread-facts.ts";
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
  /** A descriptor that listens at the socket's path already. */
  readonly inherited?: number | undefined;
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
  await using stack = new AsyncDisposableStack();
  const state = await openState(stack, options);
  const services = makeServices(stack, options, state);
  const subscriptions = stack.use(
    new Subscriptions(state.journal, state.texts, state.store.events),
  );
  await takeUp(options, state, services);
  await serve(stack, options, { ...state, services, subscriptions });
  const { log, version, paths } = options;
  log.info("started", { version, pid: process.pid, socket: paths.socket });
  return stack.move();
}

type State = Awaited<ReturnType<typeof openState>>;
type Services = ReturnType<typeof makeServices>;

/** The store under the lock, and what keeps it sound. */
async function openState(
  stack: AsyncDisposableStack,
  { config, paths, log }: Pick<DaemonOptions, "config" | "paths" | "log">,
) {
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
  const texts = new LiveTexts(store, logError);
  stack.defer(() => texts.save());
  return { places, checkLater, storage, logError, store, backups, journal, texts };
}

/** All services, each with those that it calls. Disposing stops what they have under way. */
function makeServices(
  stack: AsyncDisposableStack,
  options: DaemonOptions,
  { store, journal, texts, storage, logError }: State,
) {
  const { config, paths, env, log } = options;
  const clock = systemClock;
  const roots = {
    worktreeRoot: join(paths.state, "worktrees"),
    scratchRoot: join(paths.state, "scratch"),
  };
  const { allowRoot, maxCommands, memoryBytes } = config;
  const sandbox = createSandbox({ allowRoot, maxCommands, memoryBytes, stateDir: paths.state });
  const spools = new Spools({ root: join(paths.state, "spool"), store, texts, clock, logError });
  const allowPrivate = new Set(config.allowPrivate);
  const keyVariables = Object.values(config.providers).flatMap((one) => one.api_key_env ?? []);
  const places = protectedPlaces(options);
  const grants = new Grants({ store, clock, places, env, keyVariables, allowPrivate });
  stack.use(new GrantExpiry({ grants, journal, clock, logError }));
  const dial = createDial({ resolve: systemResolve, judge: judgeAddress, allowPrivate });
  const networks = new Networks({ grants, journal, dial, log: log.info });
  const boxes = new Boxes({
    sandbox,
    grants,
    networks,
    searcher: rgPath,
    spools,
    tools: programFolders(),
  });

  const projects = new Projects(store, grants);
  const tasks = new Tasks(store);
  const models = new Models({
    ...config,
    env,
    clock,
    capabilities: store.capabilities,
    hide: log.hide,
    writeRole: (role, choice) => writeRole(paths.config, env, { role, ...choice }),
  });
  const policies = new Policies(store);
  const approvals = new Approvals({
    store,
    journal,
    clock,
    deadlineMs: config.approvalDeadlineMs,
    unattendedMs: (threadId) => engine.unattendedMs(threadId),
    keepOffer: (tx, approval) => keepOffer(policies, tx, approval),
  });
  const policyDesk = new PolicyDesk({ store, policies, projects, clock });
  const busy = new Busy();
  const checkouts = new Checkouts({ store, journal });
  const stored = { store, journal, projects, tasks };
  const common = { ...stored, checkouts, busy, sandbox, boxes, spools, logError };
  const provisioning = new Provisioning({ ...common, ...roots });
  const threads = new Threads({ store, texts, projects, tasks, provisioning });
  const { budgets, contextTokens } = config;
  const deciding = { approvals, policies, models, texts, clock, budgets, contextTokens };
  const maxRunning = config.maxRunningTurns;
  const isStarved = (error: unknown) => storage.isStarved(error);
  const index = stack.use(
    new CodeIndex({ directory: join(paths.state, "index"), git: sandbox.git }),
  );
  const code = stack.use(new Code({ store, projects, checkouts, models, index }));
  const plans = new Plans(store);
  const gitDirOf = async (projectId: ProjectId) =>
    (await projects.checkout(rows.project(store, projectId))).gitCommonDir;
  const reviewRecord = new ReviewRecord({ store, journal, gitDirOf });
  const baseChecks = new BaseChecks({ ...common, ...roots });
  const phases = { plans, reviewRecord };
  const connecting = {
    grants,
    networks,
    mcpTimes: config.mcpTimes,
    renewals: new Renewals(),
    env,
    hide: log.hide,
    stateDir: paths.state,
  };
  const mcpServers = new McpServers({ ...common, ...connecting });
  const running = { code, searcher: rgPath, maxRunning, isStarved, baseChecks, ...phases };
  const turns = new Turns({ ...common, ...deciding, ...running, ...connecting });
  const threadWork = new ThreadWork({ ...common, ...roots, grants, turns });
  const archiver = stack.use(new Archiver({ ...common, threadWork }));
  const reviews = new Reviews({ ...common, threads, turns, archiver });
  const review: LandingsOptions["review"] = (...of) => reviews.beforeLanding(...of);
  const landings = new Landings({ ...common, ...roots, review });
  const relinking = new Relinking(common);
  for (const work of [provisioning, landings, turns]) stack.defer(() => work.stop());
  const automating = { ...common, clock, threads, turns, code, archiver };
  const engine = stack.use(
    new AutomationEngine({ ...automating, configDirectory: dirname(paths.config) }),
  );
  const called = { projects, tasks, threads, threadWork, turns, landings, relinking, approvals };
  const facts = { store, clock, budgets, models, grants, policies, contextTokens };
  return {
    ...called,
    automations: engine.automations,
    inbox: engine.inbox,
    engine,
    policies,
    policyDesk,
    code,
    plans,
    reviews,
    comments: new Comments({ ...common, turns }),
    forks: new Forks({ store, projects, threads }),
    threadFacts: (threadId: ThreadId) => threadFacts(facts, threadId),
    lastContexts: () => lastContexts(facts),
    models,
    mcpServers,
    provisioning,
    spools,
    sandbox,
    common: { ...common, ...roots },
  };
}

/** Goes on with what an earlier daemon left, as far as the disk lets it. */
async function takeUp(
  { log, paths }: DaemonOptions,
  { places, checkLater, storage, store, journal, backups }: State,
  { turns, landings, provisioning, engine, reviews, common }: Services,
): Promise<void> {
  storage.onDamage((damage) => {
    markDamage(places, damage);
    for (const work of [turns, landings, provisioning]) {
      work.stop().catch((error: unknown) => log.error("work could not be stopped", { error }));
    }
  });
  await endLeftBoxes(join(paths.state, "box"));
  await storage.attempt(async () => {
    store.mutations.prune(systemClock());
    await clearLeftovers(common);
    await landings.recover();
    settleRestoredAutomations(store, journal);
    settleRestoration({ store, journal, turns });
    turns.recover();
    provisioning.resume();
    reviews.putAwayLeft();
    engine.start();
  });
  backups.begin({ check: checkLater });
}

/** Opens the socket, last of all. */
async function serve(
  stack: AsyncDisposableStack,
  { config, paths, log, version, inherited, stopRequested }: DaemonOptions,
  {
    services,
    subscriptions,
    ...state
  }: State & { services: Services; subscriptions: Subscriptions },
): Promise<void> {
  const { store, storage, backups, journal, logError } = state;
  const { models, sandbox, spools, policies } = services;
  const facts = {
    ...{ paths, version, mainModel: () => models.mainModel },
    contexts: services.lastContexts,
    budgets: () => dayLevels({ store, clock: systemClock, budgets: config.budgets }),
    policy: () => policies.words({}),
    prove: () => sandbox.prove(),
  };
  const status = new Status({ store, storage, backups, clock: systemClock, ...facts });
  const handlers = createHandlers({
    ...services,
    version,
    searchHistory: (params) => searchHistory(store, params),
    status: () => status.daemon(),
    examine: () => examine({ paths, sandbox, models, spools, storage: status.storage() }),
    acknowledge: () => store.restorations.acknowledge(),
    stop: stopRequested,
  });
  const mutations = new Mutations(store, journal, (method) => storage.refuse(method));
  const dispatcher = new Dispatcher({ handlers, mutations, logError });
  const queue = new FairQueue();
  const accept = (socket: ConnectionOptions["socket"], stream: ConnectionOptions["stream"]) => {
    const lane = queue.lane();
    void new Connection({ socket, stream, dispatcher, subscriptions, lane, log: log.info });
  };
  stack.use(await listen(paths.socket, { accept, log: log.info, inherited }));
  // What was accepted is answered before the socket closes.
  stack.defer(() => dispatcher.drain());
  // Such calls are not waited for.
  stack.defer(() => services.mcpServers.stop());
}

/** Where the programs are that come with Heddle, for its own recipes. */
function programFolders(): string[] {
  const changelog = gitCliffPath();
  return changelog === undefined ? [] : [dirname(changelog)];
}

function protectedPlaces({ config, paths, env }: DaemonOptions): Protected {
  const keyFiles = Object.values(config.providers).flatMap((one) => one.api_key_file ?? []);
  const secrets = [paths.config, paths.runtime, ...keyFiles];
  return { home: env.HOME || homedir(), stateDir: paths.state, secrets };
}
