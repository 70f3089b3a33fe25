import { once } from "node:events";
import dbus, { type MessageBus } from "@particle/dbus-next";
import { TrayError } from "../tray-error.ts";

const busName = "org.freedesktop.DBus";

export interface Signal {
  readonly sender: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

/** One connection to the session's bus. */
export class Bus implements Disposable {
  readonly raw: MessageBus;
  readonly #signals = new Set<(signal: Signal) => void>();

  private constructor(raw: MessageBus) {
    this.raw = raw;
    raw.on("message", (message) => {
      if (message.type !== dbus.MessageType.SIGNAL) return;
      for (const listener of this.#signals) listener(message);
    });
  }

  /** Throws where there is no bus; `gone` is called when it goes. */
  static async open(address: string | undefined, gone: (reason: string) => void): Promise<Bus> {
    if (!address) throw noBus("DBUS_SESSION_BUS_ADDRESS is not set");
    let raw: MessageBus;
    try {
      raw = dbus.sessionBus({ busAddress: address });
      await once(raw, "connect");
    } catch (error) {
      throw noBus((error as Error).message);
    }
    raw.on("error", (error: Error) => gone(error.message));
    // The library says nothing of an end that is no error.
    const { stream } = (raw as unknown as { _connection: { stream: NodeJS.ReadableStream } })
      ._connection;
    stream.once("close", () => gone("the session's bus has ended"));
    return new Bus(raw);
  }

  /** Calls a method and returns who answered and what; nothing where nobody does. */
  async call(
    destination: string,
    [path, iface, member]: readonly [string, string, string],
    signature = "",
    body: unknown[] = [],
  ): Promise<{ sender: string; body: unknown[] } | undefined> {
    const message = { destination, path, interface: iface, member, signature, body };
    try {
      return (await this.raw.call(new dbus.Message(message))) ?? undefined;
    } catch (error) {
      if (error instanceof dbus.DBusError) return undefined;
      throw error;
    }
  }

  /** Receives the signals that the rule lets through, and whatever else comes. */
  async listen(rule: string, listener: (signal: Signal) => void): Promise<void> {
    this.#signals.add(listener);
    await this.call(busName, ["/org/freedesktop/DBus", busName, "AddMatch"], "s", [rule]);
  }

  /** Calls `appeared` now, if the name has an owner, and whenever it gets another. */
  async watch(name: string, appeared: (owner: string) => void): Promise<void> {
    const rule = `type='signal',sender='${busName}',member='NameOwnerChanged',arg0='${name}'`;
    await this.listen(rule, ({ sender, member, body: [changed, , owner] }) => {
      if (sender !== busName || member !== "NameOwnerChanged" || changed !== name) return;
      if (typeof owner === "string" && owner !== "") appeared(owner);
    });
    const owner = await this.ownerOf(name);
    if (owner !== undefined) appeared(owner);
  }

  async ownerOf(name: string): Promise<string | undefined> {
    const answer = await this.call(
      busName,
      ["/org/freedesktop/DBus", busName, "GetNameOwner"],
      "s",
      [name],
    );
    return answer?.body[0] as string | undefined;
  }

  [Symbol.dispose](): void {
    this.raw.disconnect();
  }
}

function noBus(reason: string): TrayError {
  const message = `there is no session bus here, so no tray either: ${reason}`;
  return new TrayError(message, "start it in a desktop session, or by `dbus-run-session`");
}
