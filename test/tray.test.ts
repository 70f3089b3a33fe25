import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Entry, NotificationServer, Panel, SessionBus, TrayProcess } from "./support/desktop.ts";
import { exec, held, steps } from "./support/steps.ts";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const places = (process.env.PATH ?? "").split(":");
const missing = !places.some((place) => existsSync(join(place, "dbus-daemon")));
if (missing) console.warn("tray.test.ts is skipped: dbus-daemon is missing");

const done = { text: "done" };
const asking = () => steps(exec("touch made"), done);

let daemon: TestDaemon;
let project: TestProject;
beforeAll(async () => {
  daemon = await startTestDaemon();
  project = await daemon.project();
});
afterAll(() => daemon[Symbol.asyncDispose]());

let bus: SessionBus;
let notices: NotificationServer;
beforeEach(async () => {
  if (missing) return;
  bus = await SessionBus.start();
  notices = await NotificationServer.start(bus, ["actions", "body", "body-markup"]);
});
afterEach(async () => {
  await bus?.[Symbol.asyncDispose]();
});

const environment = () => ({ ...daemon.env, DBUS_SESSION_BUS_ADDRESS: bus.address });
const startTray = (heddle?: readonly string[]) => new TrayProcess(environment(), heddle);

async function entry(panel: Panel, ...labels: readonly string[]): Promise<Entry> {
  const look = async () => {
    let entries = await panel.menu();
    let found: Entry | undefined;
    for (const label of labels) {
      found = entries.find((one) => one.label.startsWith(label));
      entries = found?.entries ?? [];
    }
    return found;
  };
  await expect.poll(look).toBeDefined();
  return (await look()) as Entry;
}

async function registered(panel: Panel, times = 1): Promise<void> {
  await expect.poll(() => panel.registered.length).toBe(times);
}

/** Settles once the tray knows what the daemon does. */
async function connected(panel: Panel): Promise<void> {
  const first = async () => (await panel.menu().catch(() => []))[0]?.label;
  await expect.poll(first).toMatch(/^(?!no daemon)./);
}

async function notice(title: string) {
  const look = () => notices.shown.findLast((one) => one.title.startsWith(title));
  await expect.poll(look).toBeDefined();
  return look() as NonNullable<ReturnType<typeof look>>;
}

async function asks(title: string): Promise<TestThread> {
  const thread = await project.thread({ policy: "ask", title });
  await thread.send(asking());
  await thread.pending();
  return thread;
}

describe.skipIf(missing)("the tray", () => {
  test("shows the exact command that a thread asks for, and a click on Approve has it run", async () => {
    using panel = await Panel.start(bus);
    const tray = startTray();
    await registered(panel);
    await connected(panel);
    const idle = await panel.property("IconPixmap");
    const thread = await asks("Make a file");
    const asked = await entry(panel, "Make a file");
    expect(asked.entries.map(({ label }) => label)).toEqual([
      "run: touch made",
      expect.any(String),
      "Approve",
      "Deny",
      "Open",
    ]);
    expect(asked.entries.map(({ enabled }) => enabled)).toEqual([false, false, true, true, true]);
    expect(await panel.property("Status")).toBe("NeedsAttention");
    expect(await panel.property("IconPixmap")).not.toEqual(idle);
    const approve = await entry(panel, "Make a file", "Approve");
    await panel.click(approve.id);
    await thread.until(({ turns }) => turns.some(({ state }) => state === "done"));
    expect((await notice("Done: Make a file")).body).toBe("");
    expect(await panel.property("Status")).toBe("Active");
    // Of a menu that is out of date, a click does nothing.
    const other = await asks("Make another");
    await panel.click(approve.id);
    const deny = await entry(panel, "Make another", "Deny");
    expect((await other.read()).approvals.map(({ state }) => state)).toEqual(["pending"]);
    await panel.click(deny.id);
    await other.until(({ approvals }) => approvals.some(({ state }) => state === "declined"));
    expect(await tray.stop()).toEqual({ code: 0, stderr: "" });
  });

  test("notifies with buttons, whose press counts only as that of who has shown them", async () => {
    const tray = startTray();
    await connected(await Panel.onlooker(bus));
    const thread = await asks("Ask me");
    const { id, actions, body } = await notice("Needs you: Ask me");
    expect(actions).toEqual(["0", "Approve", "1", "Deny", "2", "Open", "default", "Open"]);
    expect(body).toContain("run: touch made");
    const stranger = await bus.connect();
    notices.press(id, "1", stranger);
    notices.press(id, "0");
    await thread.until(({ turns }) => turns.some(({ state }) => state === "done"));
    expect(thread.view.approvals.map(({ state }) => state)).toEqual(["accepted"]);
    await tray.stop();
  });
});
