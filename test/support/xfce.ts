import { type ChildProcess, type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { execa } from "execa";
import { type Entry, missingPrograms } from "./desktop.ts";
import { temporaryDirectory } from "./repository.ts";

/** The programs of a real desktop that are not installed. */
export const missingOfXfce = missingPrograms(
  ...["Xvfb", "dbus-daemon", "xfce4-panel", "dunst", "dunstctl", "dbus-send", "busctl"],
);

const panelSettings = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="length" type="uint" value="100"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="size" type="uint" value="32"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"/>
  </property>
</channel>
`;

/** Xfce's panel and dunst under an X server without a screen, on a session bus of their own. */
export class XfceDesktop implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #root: string;
  readonly #processes: ChildProcess[] = [];
  #panel: ChildProcess | undefined;

  private constructor(root: string) {
    this.#root = root;
    const { PATH } = process.env;
    const settings = { HOME: root, XDG_CONFIG_HOME: join(root, "config"), XDG_RUNTIME_DIR: root };
    this.env = { PATH, LC_ALL: "C.UTF-8", ...settings };
  }

  static async start(size = "640x360"): Promise<XfceDesktop> {
    const desktop = new XfceDesktop(temporaryDirectory("xfce"));
    await desktop.#start(size);
    return desktop;
  }

  async #start(size: string): Promise<void> {
    const channels = join(this.#root, "config", "xfce4", "xfconf", "xfce-perchannel-xml");
    mkdirSync(channels, { recursive: true });
    writeFileSync(join(channels, "xfce4-panel.xml"), panelSettings);
    const screen = ["-screen", "0", `${size}x24`, "-nolisten", "tcp", "-displayfd", "1"];
    this.env.DISPLAY = `:${await this.#firstLine("Xvfb", screen)}`;
    const bus = ["--session", "--nofork", "--print-address"];
    this.env.DBUS_SESSION_BUS_ADDRESS = await this.#firstLine("dbus-daemon", bus);
    this.startPanel();
    this.#run("dunst", ["-config", this.#dunstSettings()]);
  }

  startPanel(): void {
    this.#panel = this.#run("xfce4-panel", ["--disable-wm-check"]);
  }

  /** Ends the panel with its plugins, as a crash does. */
  async killPanel(): Promise<void> {
    const panel = this.#panel;
    if (panel === undefined) return;
    const ended = once(panel, "exit");
    // A plugin is a process of its own, which ends when its panel is gone.
    panel.kill("SIGKILL");
    await ended;
  }

  /** The bus names of the icons that the panel has taken. */
  async icons(): Promise<string[]> {
    const path = ["/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"];
    const property = [...path, "RegisteredStatusNotifierItems"];
    const args = ["get-property", "org.kde.StatusNotifierWatcher", ...property];
    const answer = await this.#busctl(args).catch(() => ({ data: [] }));
    return (answer.data as string[]).map((item) => item.split("/")[0] ?? "");
  }

  async menu(icon: string): Promise<Entry[]> {
    const args = ["GetLayout", "iias", "0", "-1", "0"];
    const { data } = await this.#menu(icon, args);
    return entryOf((data as unknown[])[1]).entries;
  }

  async click(icon: string, id: number): Promise<void> {
    await this.#menu(icon, ["Event", "isvu", String(id), "clicked", "s", "", "0"]);
  }

  /** Presses the first button whose name begins so, of the notifications that dunst shows, if any. */
  async press(name: string): Promise<void> {
    writeFileSync(join(this.#root, "wanted"), name);
    await this.run("dunstctl", "context");
  }

  /** Runs a program on the desktop, and returns what it printed. */
  async run(program: string, ...args: string[]): Promise<string> {
    const { stdout } = await execa(program, args, { env: this.env, extendEnv: false });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#processes.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** The menu of actions is put to a script, which chooses what a test has asked for. */
  #dunstSettings(): string {
    const choose = join(this.#root, "choose");
    const script = `#!/bin/sh\nexec grep -m 1 -F "$(cat '${this.#root}/wanted')"\n`;
    writeFileSync(choose, script, { mode: 0o755 });
    const settings = join(this.#root, "dunstrc");
    writeFileSync(settings, `[global]\ndmenu = ${choose}\nnotification_limit = 3\n`);
    return settings;
  }

  async #menu(icon: string, args: readonly string[]): Promise<{ data: unknown }> {
    return await this.#busctl(["call", icon, "/Menu", "com.canonical.dbusmenu", ...args]);
  }

  async #busctl(args: readonly string[]): Promise<{ data: unknown }> {
    const address = `--address=${this.env.DBUS_SESSION_BUS_ADDRESS}`;
    const answer = await this.run("busctl", address, "--json=short", "--", ...args);
    return answer === "" ? { data: undefined } : JSON.parse(answer);
  }

  #run(program: string, args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    const child = spawn(program, args, { env: this.env, stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.resume();
    this.#processes.push(child);
    return child;
  }

  async #firstLine(program: string, args: readonly string[]): Promise<string> {
    const child = this.#run(program, args);
    const [line] = await once(createInterface(child.stdout), "line");
    return String(line).trim();
  }
}

type Layout = [number, Record<string, { data: unknown }>, { data: unknown }[]];

function entryOf(layout: unknown): Entry {
  const [id, { label, enabled }, children] = layout as Layout;
  const entries = children.map(({ data }) => entryOf(data));
  return { id, label: String(label?.data ?? ""), enabled: enabled?.data !== false, entries };
}
