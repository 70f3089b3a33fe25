import { setTimeout as delay } from "node:timers/promises";
import { DaemonError, type DaemonEvent } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { perform } from "./actions.ts";
import type { Desktop, DesktopEvents } from "./desktop.ts";
import { followFeed } from "./feed.ts";
import type { Action } from "./model/action.ts";
import { groupsOf, iconOf, summaryOf } from "./model/groups.ts";
import { menuOf } from "./model/menu.ts";
import { noticeOf } from "./model/notice.ts";
import { applyDaemonEvent, emptyState, type TrayState } from "./model/state.ts";
import { plain } from "./model/text.ts";
import { Notices } from "./notices.ts";

const retryMs = 3000;

export interface TrayOptions {
  readonly connect: () => Promise<HeddleClient>;
  readonly desktop: (events: DesktopEvents) => Promise<Desktop>;
  readonly open: (words: readonly string[]) => boolean;
  readonly quietHours: string | undefined;
  readonly now: () => Date;
}

/** Shows what the daemon does and passes on what is chosen, until it is told to quit. */
export async function runTray(options: TrayOptions): Promise<void> {
  const tray = new Tray(options);
  await tray.run();
}

class Tray {
  readonly #options: TrayOptions;
  readonly #ended = new AbortController();
  #state: TrayState = emptyState;
  #client: HeddleClient | undefined;
  #desktop: Desktop | undefined;
  #notices: Notices | undefined;
  #failure: unknown;

  constructor(options: TrayOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    using desktop = await this.#options.desktop({
      chosen: (action) => void this.#choose(action),
      opened: () => this.#set({ ...this.#state, seenAt: this.#options.now().getTime() }),
      gone: (reason) => this.#end(new Error(reason)),
    });
    const { quietHours, now } = this.#options;
    using notices = new Notices({ desktop, quietHours, now });
    this.#desktop = desktop;
    this.#notices = notices;
    this.#set(this.#state);
    const { signal } = this.#ended;
    for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => this.#end());
    while (!signal.aborted) {
      await this.#follow(signal);
      this.#set({ ...this.#state, connected: false });
      await delay(retryMs, undefined, { signal }).catch(() => {});
    }
    if (this.#failure) throw this.#failure;
  }

  /** As long as there is a daemon. */
  async #follow(signal: AbortSignal): Promise<void> {
    try {
      using client = await this.#options.connect();
      this.#client = client;
      const sink = {
        loaded: (state: TrayState) => this.#set({ ...state, seenAt: this.#state.seenAt }),
        event: (event: DaemonEvent) => this.#take(event),
      };
      await followFeed(client, sink, signal);
    } catch (error) {
      if (!(error instanceof DaemonError)) throw error;
    } finally {
      this.#client = undefined;
    }
  }

  #take(event: DaemonEvent): void {
    const notice = noticeOf(this.#state, event);
    if (notice) this.#notices?.add(notice);
    if (event.type === "approvalResolved") this.#notices?.withdraw(event.approval.id);
    this.#set(applyDaemonEvent(this.#state, event));
  }

  #set(state: TrayState): void {
    this.#state = state;
    const groups = groupsOf(state);
    const icon = iconOf(groups, state.seenAt);
    this.#desktop?.show({ icon, tooltip: summaryOf(state, groups), menu: menuOf(state) });
  }

  async #choose(action: Action): Promise<void> {
    if (action.type === "quit") return this.#end();
    const client = this.#client;
    if (!client) return this.#tell("no daemon is running");
    try {
      const open = (words: readonly string[]) => this.#open(words);
      const said = await perform(action, { client, state: this.#state, open });
      if (said !== undefined) this.#tell(said);
    } catch (error) {
      this.#tell((error as Error).message);
    }
  }

  #open(words: readonly string[]): void {
    if (this.#options.open(words)) return;
    this.#tell(`there is no terminal to open; run: heddle ${words.join(" ")}`);
  }

  #tell(text: string): void {
    const notice = {
      key: "told",
      urgent: false,
      title: "Heddle",
      body: plain(text, 300),
      choices: [],
    };
    void this.#desktop?.notify(notice);
  }

  #end(failure?: Error): void {
    this.#failure ??= failure;
    this.#ended.abort();
  }
}
