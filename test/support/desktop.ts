import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import dbus, { type Message, type MessageBus, type Variant } from "@particle/dbus-next";
import { temporaryDirectory } from "./repository.ts";

const { Interface } = dbus.interface;
const watcherName = "org.kde.StatusNotifierWatcher";
const notificationsName = "org.freedesktop.Notifications";

/** A session bus of its own, on which nothing can be started by name. */
export class SessionBus implements AsyncDisposable {
  readonly address: string;
  readonly #daemon: ChildProcess;
  readonly #root: string;
  readonly #clients: MessageBus[] = [];

  private constructor(root: string, daemon: ChildProcess, address: string) {
    this.#root = root;
    this.#daemon = daemon;
    this.address = address;
  }

  static async start(): Promise<SessionBus> {
    const root = temporaryDirectory("bus");
    const config = join(root, "bus.conf");
    writeFileSync(
      config,
      `<busconfig><listen>unix:path=${join(root, "bus")}</listen>
      <policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
      <allow own="*"/></policy></busconfig>`,
    );
    const args = [`--config-file=${config}`, "--nofork", "--print-address"];
    const daemon = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "ignore"] });
    const [line] = (await once(daemon.stdout, "data")) as [Buffer];
    return new SessionBus(root, daemon, String(line).trim());
  }

  async connect(): Promise<MessageBus> {
    const bus = dbus.sessionBus({ busAddress: this.address });
    bus.on("error", () => {});
    await once(bus, "connect");
    this.#clients.push(bus);
    return bus;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    if (this.#daemon.killed) return;
    const ended = once(this.#daemon, "exit");
    this.#daemon.kill();
    await ended;
    rmSync(this.#root, { recursive: true });
  }
}

/** What a panel does: it takes registrations, reads the icon and the menu, and clicks. */
export class Panel implements Disposable {
  readonly registered: string[] = [];
  readonly #bus: MessageBus;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  /** Somebody who reads an icon that was shown to nobody. */
  static async onlooker(session: SessionBus): Promise<Panel> {
    return new Panel(await session.connect());
  }

  static async start(session: SessionBus): Promise<Panel> {
    const bus = await session.connect();
    const panel = new Panel(bus);
    bus.export("/StatusNotifierWatcher", new Watcher(panel.registered));
    await bus.requestName(watcherName);
    return panel;
  }

  async #call(path: string, iface: string, member: string, signature = "", body: unknown[] = []) {
    const destination = this.registered.at(-1) ?? (await this.find());
    const message = { destination, path, interface: iface, member, signature, body };
    return (await this.#bus.call(new dbus.Message(message)))?.body ?? [];
  }

  /** The name of the icon on the bus. */
  async find(): Promise<string> {
    const name = "org.freedesktop.DBus";
    const [path, member] = ["/org/freedesktop/DBus", "ListNames"];
    const message = { destination: name, path, interface: name, member };
    const [names] = (await this.#bus.call(new dbus.Message(message)))?.body ?? [];
    const found = (names as string[]).find((one) => one.startsWith("org.kde.StatusNotifierItem-"));
    if (found === undefined) throw new Error("there is no icon");
    return found;
  }

  async property(name: string): Promise<unknown> {
    const item = "org.kde.StatusNotifierItem";
    const properties = "org.freedesktop.DBus.Properties";
    const [variant] = await this.#call("/StatusNotifierItem", properties, "Get", "ss", [
      item,
      name,
    ]);
    return (variant as Variant).value;
  }

  /** The menu, its submenus included. */
  async menu(): Promise<Entry[]> {
    const menu = "com.canonical.dbusmenu";
    const [, root] = await this.#call("/Menu", menu, "GetLayout", "iias", [0, -1, []]);
    return entryOf(root as Layout).entries;
  }

  async click(id: number): Promise<void> {
    const event = [id, "clicked", new dbus.Variant("s", ""), 0];
    await this.#call("/Menu", "com.canonical.dbusmenu", "Event", "isvu", event);
  }

  async open(): Promise<void> {
    await this.#call("/Menu", "com.canonical.dbusmenu", "AboutToShow", "i", [0]);
  }

  [Symbol.dispose](): void {
    this.#bus.disconnect();
  }
}

class Watcher extends Interface {
  readonly #registered: string[];

  constructor(registered: string[]) {
    super(watcherName);
    this.#registered = registered;
  }

  RegisterStatusNotifierItem(service: string): void {
    this.#registered.push(service);
  }
}
Watcher.configureMembers({ methods: { RegisterStatusNotifierItem: { inSignature: "s" } } });

type Layout = [number, Record<string, Variant<string | boolean>>, Variant<Layout>[]];

export interface Entry {
  readonly id: number;
  readonly label: string;
  readonly enabled: boolean;
  readonly entries: Entry[];
}

/** The entry of a menu to which labels lead that begin so, once it is there. */
export async function entryOnce(
  menu: () => Promise<Entry[]>,
  labels: readonly string[],
): Promise<Entry> {
  const look = async () => {
    let entries = await menu();
    let found: Entry | undefined;
    for (const label of labels) {
      found = entries.find((one) => one.label.startsWith(label));
      entries = found?.entries ?? [];
    }
    return found;
  };
  for (const until = performance.now() + 30_000; performance.now() < until; await delay(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`the menu has no entry ${labels.join(", ")}`);
}

/** Those of some programs that are not installed. */
export function missingPrograms(...names: readonly string[]): string[] {
  const places = (process.env.PATH ?? "").split(delimiter);
  return names.filter((name) => !places.some((place) => existsSync(join(place, name))));
}

function entryOf([id, { label, enabled }, children]: Layout): Entry {
  const entries = children.map(({ value }) => entryOf(value));
  return { id, label: String(label?.value ?? ""), enabled: enabled?.value !== false, entries };
}

export interface ShownNotice {
  readonly id: number;
  readonly replaces: number;
  readonly title: string;
  readonly body: string;
  readonly actions: readonly string[];
}

/** What shows notifications: it keeps them, and somebody presses their buttons. */
export class NotificationServer implements Disposable {
  readonly shown: ShownNotice[] = [];
  readonly closed: number[] = [];
  readonly #bus: MessageBus;

  private constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  static async start(session: SessionBus, capabilities: string[]): Promise<NotificationServer> {
    const bus = await session.connect();
    const server = new NotificationServer(bus);
    bus.export("/org/freedesktop/Notifications", new Notifications(server, capabilities));
    await bus.requestName(notificationsName);
    return server;
  }

  /** Presses a button. */
  press(id: number, key: string): void {
    this.#bus.send(pressed(id, key));
  }

  [Symbol.dispose](): void {
    this.#bus.disconnect();
  }
}

/** What a press of a button says. */
export function pressed(id: number, key: string): Message {
  const path = "/org/freedesktop/Notifications";
  return dbus.Message.newSignal(path, notificationsName, "ActionInvoked", "us", [id, key]);
}

class Notifications extends Interface {
  readonly #server: NotificationServer;
  readonly #capabilities: string[];

  constructor(server: NotificationServer, capabilities: string[]) {
    super(notificationsName);
    this.#server = server;
    this.#capabilities = capabilities;
  }

  GetCapabilities(): string[] {
    return this.#capabilities;
  }

  Notify(_: string, replaces: number, __: string, title: string, body: string, actions: string[]) {
    const id = replaces || this.#server.shown.length + 1;
    this.#server.shown.push({ id, replaces, title, body, actions });
    return id;
  }

  CloseNotification(id: number): void {
    this.#server.closed.push(id);
  }
}
Notifications.configureMembers({
  methods: {
    GetCapabilities: { outSignature: "as" },
    Notify: { inSignature: "susssasa{sv}i", outSignature: "u" },
    CloseNotification: { inSignature: "u" },
  },
});

const tray = fileURLToPath(new URL("../../packages/tray/", import.meta.url));

export interface TrayExit {
  readonly code: number | null;
  readonly stderr: string;
}

/** The tray as a process of its own. */
export class TrayProcess {
  readonly #child: ChildProcess;
  readonly exited: Promise<TrayExit>;

  constructor(env: NodeJS.ProcessEnv, heddle: readonly string[] = []) {
    mkdirSync(env.HEDDLE_HOME ?? "", { recursive: true });
    const args = [`${tray}dist/bundle/main.js`, ...heddle];
    this.#child = spawn(process.execPath, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let stderr = "";
    this.#child.stderr?.on("data", (chunk) => {
      stderr += chunk;
    });
    this.exited = once(this.#child, "close").then(([code]) => ({ code, stderr }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async stop(): Promise<TrayExit> {
    this.#child.kill();
    return await this.exited;
  }
}
