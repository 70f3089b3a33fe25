import dbus from "@particle/dbus-next";
import type { Desktop, DesktopEvents, TrayView } from "../desktop.ts";
import { TrayError } from "../tray-error.ts";
import { Bus } from "./bus.ts";
import { MenuObject } from "./menu-object.ts";
import { Notifier } from "./notifier.ts";
import { StatusItem } from "./status-item.ts";

const watcher = "org.kde.StatusNotifierWatcher";
const register = ["/StatusNotifierWatcher", watcher, "RegisterStatusNotifierItem"] as const;

export interface LinuxOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Each has a tray of its own, and one only. */
  readonly instance: string;
  readonly events: DesktopEvents;
}

/**
 * Desktops of freedesktop.org: an icon where somebody watches for icons, whoever that is at the time,
 * and notifications in any case. Throws where there is no session bus.
 */
export async function openLinux({ env, instance, events }: LinuxOptions): Promise<Desktop> {
  const bus = await Bus.open(env.DBUS_SESSION_BUS_ADDRESS, events.gone);
  const name = `org.kde.StatusNotifierItem-${process.pid}-1`;
  await claim(bus, `dev.heddle.Tray.i${instance}`);
  const item = new StatusItem();
  const menu = new MenuObject(events);
  const notifier = new Notifier(bus, events.chosen);
  bus.raw.export("/StatusNotifierItem", item);
  bus.raw.export("/Menu", menu);
  await bus.raw.requestName(name);
  await notifier.start();
  await bus.watch(watcher, () => void bus.call(watcher, register, "s", [name]));
  return {
    show({ icon, tooltip, menu: entries }: TrayView) {
      item.change(icon, tooltip);
      menu.change(entries);
    },
    notify: (notice) => notifier.notify(notice),
    withdraw: (key) => void notifier.withdraw(key),
    [Symbol.dispose]: () => bus[Symbol.dispose](),
  };
}

async function claim(bus: Bus, name: string): Promise<void> {
  const { NameFlag, RequestNameReply } = dbus;
  const reply = await bus.raw.requestName(name, NameFlag.DO_NOT_QUEUE);
  if (reply === RequestNameReply.PRIMARY_OWNER) return;
  bus[Symbol.dispose]();
  throw new TrayError("a tray of this instance runs already", "quit it first, by its menu");
}
