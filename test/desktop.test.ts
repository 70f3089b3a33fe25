import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Entry, entryOnce, TrayProcess } from "./support/desktop.ts";
import { exec, steps } from "./support/steps.ts";
import { startTestDaemon, type TestDaemon, type TestProject } from "./support/test-daemon.ts";
import type { TestThread } from "./support/test-thread.ts";
import { missingOfXfce, XfceDesktop } from "./support/xfce.ts";

const isMissing = missingOfXfce.length > 0;
if (isMissing) console.warn(`desktop.test.ts is skipped: ${missingOfXfce.join(", ")} missing`);

describe.skipIf(isMissing)("on a real desktop, the tray", () => {
  let daemon: TestDaemon;
  let project: TestProject;
  let desktop: XfceDesktop;
  let tray: TrayProcess;
  beforeAll(async () => {
    daemon = await startTestDaemon();
    project = await daemon.project();
    desktop = await XfceDesktop.start();
    tray = new TrayProcess({ ...daemon.env, ...desktop.env });
  });
  afterAll(async () => {
    await tray?.stop();
    await desktop?.[Symbol.asyncDispose]();
    await daemon[Symbol.asyncDispose]();
  });

  /** The icon of the tray once the panel has it. */
  async function icon(): Promise<string> {
    await expect.poll(() => desktop.icons()).toHaveLength(1);
    return (await desktop.icons())[0] ?? "";
  }

  async function entry(...labels: readonly string[]): Promise<Entry> {
    const name = await icon();
    return await entryOnce(() => desktop.menu(name), labels);
  }

  async function asks(title: string): Promise<TestThread> {
    const thread = await project.thread({ policy: "ask", title });
    await thread.send(steps(exec("touch made"), { text: "done" }));
    await thread.pending();
    return thread;
  }

  const isDone = ({ turns }: TestThread["view"]) => turns.some(({ state }) => state === "done");

  test("is shown by Xfce's panel, and its menu is read and clicked by busctl", async () => {
    const thread = await asks("Make a file");
    const { id } = await entry("Make a file", "Approve");
    await desktop.click(await icon(), id);
    await thread.until(isDone);
  });

  test("notifies by dunst, whose button approves", async () => {
    const thread = await asks("Make it so");
    // Until it is shown there is no such button.
    const press = async () => {
      await desktop.press("Approve (Needs you: Make it so");
      return isDone(thread.view);
    };
    await expect.poll(press).toBe(true);
  });

  test("has its icon again where the panel was killed and started anew", async () => {
    const before = await icon();
    await desktop.killPanel();
    await expect.poll(() => desktop.icons()).toEqual([]);
    desktop.startPanel();
    expect(await icon()).toBe(before);
    expect((await entry("Inbox")).label).toMatch(/^Inbox: /);
  });
});
