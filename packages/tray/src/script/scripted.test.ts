import { Script } from "node:vm";
import { expect, test, vi } from "vitest";
import type { DesktopEvents } from "../desktop.ts";
import type { Action } from "../model/action.ts";
import type { MenuEntry } from "../model/menu.ts";
import { TrayError } from "../tray-error.ts";
import { macosScript } from "./macos.ts";
import { openScripted } from "./scripted.ts";

class Heard implements DesktopEvents {
  readonly actions: Action[] = [];
  readonly reasons: string[] = [];
  looks = 0;
  readonly chosen = (action: Action) => void this.actions.push(action);
  readonly opened = () => {
    this.looks += 1;
  };
  readonly gone = (reason: string) => void this.reasons.push(reason);
}

/** A script that says it is ready and does with each message what a test says. */
function script(body: string): [string, ...string[]] {
  const script = `
    const say = (message) => console.log(JSON.stringify(message));
    say({ type: "ready" });
    require("node:readline").createInterface(process.stdin).on("line", (line) => {
      const message = JSON.parse(line);
      ${body}
    });`;
  return [process.execPath, "-e", script];
}

const pauseAll: Action = { type: "pauseAll" };
const menu: MenuEntry[] = [
  { type: "label", text: "2 threads" },
  { type: "submenu", text: "Automations", entries: [item("Pause all", pauseAll)] },
  { type: "separator" },
  item("Quit", { type: "quit" }),
];

function item(text: string, action: Action): MenuEntry {
  return { type: "item", text, action };
}

const view = { icon: "idle", tooltip: "Heddle", menu } as const;

test("an entry that is chosen does what it showed, and one that is gone does nothing", async () => {
  const heard = new Heard();
  using desktop = await openScripted(
    script(`
      say({ type: "opened" });
      const [first, second] = message.menu;
      if (second) say({ type: "chosen", id: second.entries[0].id });
      else say({ type: "chosen", id: 2 });
      if (!second) say({ type: "chosen", id: first.id });`),
    heard,
  );
  desktop.show(view);
  await vi.waitUntil(() => heard.actions.length === 1);
  expect(heard.actions).toEqual([pauseAll]);
  desktop.show({ ...view, menu: [item("Quit", { type: "quit" })] });
  await vi.waitUntil(() => heard.actions.length === 2);
  expect(heard.actions).toEqual([pauseAll, { type: "quit" }]);
  expect(heard.looks).toBe(2);
});

test("letters of any script reach a script that reads ASCII alone, and the same view is told once", async () => {
  const heard = new Heard();
  using desktop = await openScripted(
    script(`
      if (!/^[\\x20-\\x7e]+$/.test(line) || message.type === "notify") {
        console.error(message.type + " " + message.title);
        process.exit(3);
      }`),
    heard,
  );
  desktop.show(view);
  desktop.show(view);
  expect(
    await desktop.notify({ key: "k", urgent: true, title: "Дa 🧶", body: "", choices: [] }),
  ).toBe(true);
  await vi.waitUntil(() => heard.reasons.length > 0);
  expect(heard.reasons).toEqual([`the tray's script in ${process.execPath} ended: notify Дa 🧶`]);
});

test("a program that is not there, or does not begin, is said with what it said", async () => {
  await expect(openScripted(["no-such-program"], new Heard())).rejects.toThrow(TrayError);
  await expect(openScripted(["no-such-program"], new Heard())).rejects.toThrow(/ENOENT/);
  const fails: [string, ...string[]] = [
    process.execPath,
    "-e",
    "console.error('no screen'); process.exit(1)",
  ];
  await expect(openScripted(fails, new Heard())).rejects.toThrow(/ended: no screen$/);
});

test("a script ends with its input, and that is no failure", async () => {
  const heard = new Heard();
  const desktop = await openScripted(script(""), heard);
  desktop[Symbol.dispose]();
  expect(await desktop.notify({ key: "k", urgent: false, title: "", body: "", choices: [] })).toBe(
    false,
  );
  expect(heard.reasons).toEqual([]);
});

test("the script for macOS is JavaScript", () => {
  expect(() => new Script(macosScript[4])).not.toThrow();
});
