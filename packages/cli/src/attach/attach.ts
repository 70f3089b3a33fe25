import { DaemonError, type ThreadId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { findThread, listThreads } from "../lookup.ts";
import { shortId } from "../names.ts";
import { report } from "../report.ts";
import { divertWords, paintOut, say } from "../terminal/output.ts";
import { readPlace, showPlace, type Target } from "../thread/place.ts";
import { sayLeft } from "../thread/run-turn.ts";
import { threadHeading } from "../thread/thread-heading.ts";
import { Completion } from "./completion.ts";
import type { Action } from "./keys.ts";
import { historyChoices, menuChoices, threadChoices } from "./lists.ts";
import { fuzzy } from "./picker.ts";
import { Seldom } from "./seldom.ts";
import { saidIn, ThreadSession } from "./thread-session.ts";
import { Ui } from "./ui.ts";
import { WorktreeFiles } from "./worktree-files.ts";

/** Attaches the terminal to a thread, or to one that is chosen from a list, until the user leaves. */
export async function attachTerminal(daemon: HeddleClient, first?: Target): Promise<void> {
  let last: ThreadId | undefined;
  {
    using attached = new Attached(daemon);
    last = await attached.run(first);
  }
  if (last !== undefined) sayLeft(shortId(last));
}

class Attached implements Disposable {
  readonly #daemon: HeddleClient;
  readonly #ui: Ui;
  readonly #owned = new DisposableStack();
  readonly #paint = paintOut();
  #session: ThreadSession | undefined;
  #next: Target | undefined;
  #archived = false;

  constructor(daemon: HeddleClient) {
    this.#daemon = daemon;
    this.#ui = this.#owned.use(
      new Ui({
        paint: this.#paint,
        submit: (text) => this.#session?.submit(text),
        act: (action) => this.#actions[action](),
        failed: this.#failed,
        sight: (room) =>
          this.#session?.sight(room) ?? { running: "", pending: "", prompt: "", status: "" },
      }),
    );
    this.#owned.use(divertWords((text) => this.#ui.append(text)));
  }

  /** Shows one thread after another; returns the last, if it goes on. */
  async run(first: Target | undefined): Promise<ThreadId | undefined> {
    let target = first ?? (await this.#choose());
    let last: ThreadId | undefined;
    while (target) {
      this.#next = undefined;
      const again = await this.#show(target);
      last = this.#archived ? undefined : target.threadId;
      target = this.#next ?? again;
    }
    return last;
  }

  [Symbol.dispose](): void {
    this.#owned.dispose();
  }

  /** Returns the thread once more where its log no longer holds what follows. */
  async #show(target: Target): Promise<Target | undefined> {
    const session = await this.#enter(target);
    try {
      await session.follow();
      this.#archived = session.view.thread.status === "archived";
      if (this.#archived) say("the thread is archived");
    } catch (error) {
      if (!(error instanceof DaemonError) || error.kind !== "seqPruned") throw error;
      return { threadId: session.threadId };
    } finally {
      await this.#ui.returned();
      session.leave();
      this.#ui.close();
      this.#session = undefined;
    }
    return undefined;
  }

  async #enter(target: Target): Promise<ThreadSession> {
    const daemon = this.#daemon;
    const { view, shown } = await readPlace(daemon, target);
    const files = new WorktreeFiles(view.thread.worktree);
    const session = new ThreadSession({
      daemon,
      ui: this.#ui,
      paint: this.#paint,
      view,
      lists: this.#lists,
      failed: this.#failed,
      hasFile: (path) => files.has(path),
    });
    this.#session = session;
    const threads = () => listThreads(daemon);
    this.#ui.composer.complete(new Completion({ files: () => files.list(), threads }));
    for (const text of saidIn(view.items)) this.#ui.composer.remember(text);
    say(`${this.#paint("bold", threadHeading(view.thread))}`);
    showPlace(shown, (notice) => session.show(notice));
    return session;
  }

  readonly #failed = (error: unknown): void => say(report(error).text);

  readonly #actions: Readonly<Record<Action, () => void>> = {
    menu: () => this.#lists.menu(),
    history: () => this.#lists.history(""),
    sidebar: () => this.#sidebar(),
    planMode: () => this.#session?.switchPlanMode(),
    steer: () => this.#session?.steer(),
    escape: () => this.#session?.escape(),
    clear: () => this.#clear(),
    detach: () => {
      this.#ui.close();
      this.#session?.leave();
    },
    suspend: () => this.#ui.suspend(),
  };

  /** Ctrl+C: closes a list, clears the composer, or leaves. */
  #clear(): void {
    if (this.#ui.isOpen) this.#ui.close();
    else if (this.#ui.composer.isEmpty) this.#session?.leave();
    else this.#session?.clear();
  }

  readonly #go = (target: Target): void => {
    this.#next = target;
    this.#session?.leave();
  };

  readonly #lists = {
    menu: (): void => {
      const { composer } = this.#ui;
      const write = (text: string) => {
        composer.text = `${text}${composer.text}`;
      };
      const choices = menuChoices((line) => this.#session?.submit(line), write);
      this.#ui.open({ title: "command", find: (query) => fuzzy(choices, query) });
    },
    history: (query: string): void => {
      const find = (typed: string) => historyChoices(this.#daemon, typed, this.#go);
      this.#ui.open({ title: "history", query, find });
    },
    sidebar: async (given: string): Promise<void> => {
      if (given === "") this.#sidebar();
      else this.#go({ threadId: await findThread(this.#daemon, given) });
    },
  };

  #sidebar(go: (target: Target) => void = this.#go, left?: () => void): void {
    const stop = new AbortController();
    let now = threadChoices(this.#daemon, go);
    const refresh = new Seldom(async () => {
      now = threadChoices(this.#daemon, go);
      await now.catch(this.#failed);
      if (!stop.signal.aborted) this.#ui.refreshList();
    });
    this.#ui.open({
      title: "threads",
      find: async (query) => fuzzy(await now, query),
      closed: () => {
        stop.abort();
        left?.();
      },
    });
    this.#watchThreads(stop.signal, () => refresh.ask()).catch(this.#failed);
  }

  async #watchThreads(signal: AbortSignal, changed: () => void): Promise<void> {
    for await (const { event } of this.#daemon.followDaemon({ signal })) {
      if (event.type === "threadChanged") changed();
    }
  }

  /** The thread that the user takes from the list; nothing where they close it. */
  #choose(): Promise<Target | undefined> {
    const { promise, resolve } = Promise.withResolvers<Target | undefined>();
    this.#sidebar(resolve, () => setImmediate(resolve, undefined));
    return promise;
  }
}
