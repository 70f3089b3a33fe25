import dbus from "@particle/dbus-next";
import type { Action } from "../model/action.ts";
import type { Notice } from "../model/notice.ts";
import type { Bus } from "./bus.ts";

const name = "org.freedesktop.Notifications";
const path = "/org/freedesktop/Notifications";
const method = (member: string) => [path, name, member] as const;

/** Who shows notifications here, which numbers them: another one begins anew. */
interface Server {
  readonly owner: string;
  readonly actions: boolean;
  readonly markup: boolean;
}

interface Shown {
  readonly id: number;
  readonly server: Server;
  readonly notice: Notice;
}

/** Speaks to the notification server, whichever it is at the time. */
export class Notifier {
  readonly #bus: Bus;
  readonly #chosen: (action: Action) => void;
  readonly #shown = new Map<string, Shown>();
  #server: Server | undefined;

  constructor(bus: Bus, chosen: (action: Action) => void) {
    this.#bus = bus;
    this.#chosen = chosen;
  }

  async start(): Promise<void> {
    const rule = `type='signal',sender='${name}',interface='${name}'`;
    await this.#bus.listen(rule, ({ sender, interface: iface, member, body: [id, what] }) => {
      if (iface !== name) return;
      // Whoever else says so is not the one who has shown it.
      const shown = [...this.#shown].find(
        ([, one]) => one.id === id && one.server.owner === sender,
      );
      if (!shown) return;
      if (member === "NotificationClosed") this.#shown.delete(shown[0]);
      if (member === "ActionInvoked") this.#invoke(shown[1].notice, String(what));
    });
  }

  #invoke({ choices }: Notice, key: string): void {
    const at = key === "default" ? choices.length - 1 : Number(key);
    const action = choices[at]?.action;
    if (action && (key !== "default" || action.type.startsWith("open"))) this.#chosen(action);
  }

  async notify(notice: Notice): Promise<boolean> {
    const server = await this.#find();
    if (!server) return false;
    const before = this.#shown.get(notice.key);
    const replaces = before?.server === server ? before.id : 0;
    const names = notice.choices.flatMap((choice, at) => [String(at), choice.name]);
    // A click on the notification itself opens what it is about.
    const actions = server.actions && names.length > 0 ? [...names, "default", "Open"] : [];
    const body = server.markup ? escaped(notice.body) : notice.body;
    const hints = { urgency: new dbus.Variant("y", notice.urgent ? 2 : 1) };
    const shown = ["Heddle", replaces, "", notice.title, body, actions, hints, -1];
    const answer = await this.#bus.call(name, method("Notify"), "susssasa{sv}i", shown);
    const id = answer?.body[0];
    if (typeof id !== "number") return false;
    this.#shown.set(notice.key, { id, server, notice });
    return true;
  }

  async withdraw(key: string): Promise<void> {
    const shown = this.#shown.get(key);
    if (!this.#shown.delete(key) || !shown) return;
    await this.#bus.call(shown.server.owner, method("CloseNotification"), "u", [shown.id]);
  }

  /** The call starts a server that the bus knows how to start. */
  async #find(): Promise<Server | undefined> {
    const answer = await this.#bus.call(name, method("GetCapabilities"));
    if (!answer) return undefined;
    if (this.#server?.owner === answer.sender) return this.#server;
    const capabilities = answer.body[0] as string[];
    const [actions, markup] = ["actions", "body-markup"].map((one) => capabilities.includes(one));
    this.#server = { owner: answer.sender, actions: actions === true, markup: markup === true };
    return this.#server;
  }
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
