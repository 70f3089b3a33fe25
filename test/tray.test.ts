import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnId } from "@heddle/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Entry,
  entryOnce,
  missingPrograms,
  NotificationServer,
  Panel,
  pressed,
  SessionBus,
  TrayProcess,
} from "./support/desktop.ts";
import { exec, steps } from "./support/steps.ts";
import { TestAutomations } from "./support/test-automations.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";

const missing = missingPrograms("dbus-daemon").length > 0;
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

function entry(panel: Panel, ...labels: readonly string[]): Promise<Entry> {
  return entryOnce(() => panel.menu(), labels);
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

/** Nothing may wait in the next test. */
async function interrupt(thread: TestThread): Promise<void> {
  const { turns } = await thread.read();
  const turnId = turns[0]?.id as TurnId;
  await thread.client.call("turn/interrupt", { turnId });
  await thread.ended(turnId);
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
      expect.stringMatching(/^run: touch made \(in \S+\)$/),
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
    const panel = await Panel.onlooker(bus);
    await connected(panel);
    const thread = await asks("Ask me");
    const { id, actions, body } = await notice("Needs you: Ask me");
    expect(actions).toEqual(["0", "Approve", "1", "Deny", "2", "Open", "default", "Open"]);
    expect(body).toContain("run: touch made");
    const stranger = await bus.connect();
    const lie = pressed(id, "1");
    lie.destination = await panel.find();
    stranger.send(lie);
    // Once this is answered, the lie has come.
    await panel.property("Id");
    expect((await thread.read()).approvals.map(({ state }) => state)).toEqual(["pending"]);
    notices.press(id, "0");
    await thread.until(({ turns }) => turns.some(({ state }) => state === "done"));
    expect(thread.view.approvals.map(({ state }) => state)).toEqual(["accepted"]);
    const elsewhere = await asks("Answered elsewhere");
    const shown = await notice("Needs you: Answered elsewhere");
    const { id: approvalId, hash } = await elsewhere.pending();
    const answer = { type: "decline" } as const;
    await elsewhere.client.call("approval/resolve", { approvalId, hash, answer });
    await expect.poll(() => notices.closed).toEqual([id, shown.id]);
    await tray.stop();
  });

  test("registers again with a panel that has come back, and lasts over the daemon's restart", async () => {
    const tray = startTray();
    const first = await Panel.start(bus);
    await registered(first);
    await connected(first);
    first[Symbol.dispose]();
    using second = await Panel.start(bus);
    await registered(second);
    expect(second.registered).toEqual(first.registered);
    await daemon.stop();
    await daemon.restart();
    const thread = await asks("After the restart");
    await entry(second, "After the restart");
    await interrupt(thread);
    await tray.stop();
  });

  test("lists automations, which can be run and paused, all at once too, and counts what is new", async () => {
    using panel = await Panel.start(bus);
    const tray = startTray();
    await registered(panel);
    const automations = new TestAutomations(daemon, project);
    const one = await automations.add({ name: "Look around" });
    await panel.click((await entry(panel, "Automations", "Look around", "Run now")).id);
    await automations.until(({ automationId }) => automationId === one.id);
    await panel.click((await entry(panel, "Automations", "Look around", "Pause")).id);
    const resume = await entry(panel, "Automations", "Look around", "Resume");
    await panel.click((await entry(panel, "Resume all")).id);
    await entry(panel, "Pause all");
    await panel.click(resume.id);
    await panel.click((await entry(panel, "Pause all")).id);
    await entry(panel, "Automations", "Look around", "Resume");
    expect((await entry(panel, "Inbox")).label).toMatch(/^Inbox: \d+ new findings?$/);
    await tray.stop();
  });

  test("opens a thread in a terminal, without a word of a shell", async () => {
    const terminal = join(daemon.root, "terminal");
    writeFileSync(terminal, `#!/bin/sh\nprintf '%s\\n' "$@" > ${terminal}.said\n`);
    chmodSync(terminal, 0o755);
    writeFileSync(daemon.paths.config, `\n[tray]\nterminal = ["${terminal}", "-e"]\n`, {
      flag: "a",
    });
    using panel = await Panel.start(bus);
    const tray = startTray(["node", "heddle.js"]);
    await registered(panel);
    const thread = await asks("Open me");
    await panel.click((await entry(panel, "Open me", "Open")).id);
    await expect.poll(() => existsSync(`${terminal}.said`)).toBe(true);
    const said = () => readFileSync(`${terminal}.said`, "utf8");
    await expect.poll(said).toBe(["-e", "node", "heddle.js", "attach", thread.id, ""].join("\n"));
    await interrupt(thread);
    await panel.click((await entry(panel, "Quit")).id);
    expect(await tray.exited).toEqual({ code: 0, stderr: "" });
  });

  test("passes nothing on that could act on a panel or a notification", async () => {
    using panel = await Panel.start(bus);
    const tray = startTray();
    await registered(panel);
    await connected(panel);
    const hostile = "x_y \x1b[31m\u202e<b>&\nsecond\u0007";
    const thread = await project.thread({ policy: "ask", title: hostile });
    await thread.send(steps(exec("echo '<i>' # \u202e"), done));
    const { title, body } = await notice("Needs you: x_y");
    const asked = await entry(panel, "x__y");
    expect(asked.label).toMatch(/^x__y \[31m <b>& second \(/);
    // What is shown is not all that would run, so it can only be opened or denied here.
    expect(asked.entries.map(({ label }) => label).slice(2)).toEqual(["Deny", "Open"]);
    expect(title).toBe("Needs you: x_y [31m <b>& second");
    expect(body).toMatch(/^run: echo '&lt;i&gt;' # \(in \S+\)\n/);
    await interrupt(thread);
    await tray.stop();
  });

  test("runs once for each instance, and says so", async () => {
    const tray = startTray();
    const panel = await Panel.onlooker(bus);
    await connected(panel);
    const second = await startTray().exited;
    expect(second.code).toBe(69);
    expect(second.stderr).toContain("heddle: a tray of this instance runs already\n");
    await tray.stop();
  });

  test("where there is no bus, or none any more, ends and says why", async () => {
    const { DBUS_SESSION_BUS_ADDRESS: _, ...without } = environment();
    expect(await new TrayProcess(without).exited).toEqual({
      code: 69,
      stderr:
        "heddle: there is no session bus here, so no tray either: DBUS_SESSION_BUS_ADDRESS is not set\n" +
        "        start it in a desktop session, or by `dbus-run-session`\n",
    });
    const dead = { ...without, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nowhere" };
    expect(await new TrayProcess(dead).exited).toMatchObject({ code: 69 });
    const tray = startTray();
    await connected(await Panel.onlooker(bus));
    await bus[Symbol.asyncDispose]();
    expect(await tray.exited).toEqual({ code: 1, stderr: "heddle: the session's bus has ended\n" });
  });
});
