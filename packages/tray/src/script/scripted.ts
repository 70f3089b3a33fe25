import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { Desktop, DesktopEvents, TrayView } from "../desktop.ts";
import { findNode, MenuNumbers, type Node } from "../model/menu-numbers.ts";
import { TrayError } from "../tray-error.ts";

/** What a script says, a line of JSON each. */
const Said = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("opened") }),
  z.object({ type: z.literal("chosen"), id: z.int() }),
]);

/**
 * Shows the tray by a program of the platform that is told, a line of JSON each, what to show:
 * `{type: "show", icon, tooltip, menu}`, whose entries have the number by which they are chosen, and
 * `{type: "notify", title, body, urgent}`. It ends with its input. Throws where it does not begin.
 */
export async function openScripted(
  command: readonly [string, ...string[]],
  events: DesktopEvents,
): Promise<Desktop> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-1000);
  });
  let isOver = false;
  const ended = (why: string) => {
    if (isOver) return;
    isOver = true;
    const said = complaint.trim().split("\n").at(-1);
    const reason = `the tray's script in ${program} ended: ${said || why}`;
    reject(new TrayError(reason, "`heddle status` and `heddle approvals` tell the same"));
    events.gone(reason);
  };
  child.on("error", ({ message }) => ended(message));
  child.on("close", (code) => ended(`exit code ${code}`));
  // It is told of by the end of the process.
  child.stdin.on("error", () => {});
  const numbers = new MenuNumbers();
  let root: Node = numbers.number([]);
  createInterface(child.stdout).on("line", (line) => {
    const said = parse(line);
    if (said?.type === "ready") resolve();
    if (said?.type === "opened") events.opened();
    const entry = said?.type === "chosen" ? findNode(root, said.id)?.entry : undefined;
    if (entry?.type === "item") events.chosen(entry.action);
  });
  await ready;
  let shown = "";
  const tell = (message: object) => void child.stdin.write(`${asciiJson(message)}\n`);
  return {
    show({ icon, tooltip, menu }: TrayView) {
      const same = JSON.stringify([icon, tooltip, menu]);
      if (same === shown) return;
      shown = same;
      root = numbers.number(menu);
      tell({ type: "show", icon, tooltip, menu: root.children.map(entryOf) });
    },
    async notify({ title, body, urgent }) {
      tell({ type: "notify", title, body, urgent });
      return child.stdin.writable;
    },
    // What these scripts have shown, they cannot take back.
    withdraw() {},
    [Symbol.dispose]() {
      isOver = true;
      child.stdin.end();
    },
  };
}

function parse(line: string): z.infer<typeof Said> | undefined {
  try {
    return Said.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function entryOf({ id, entry, children }: Node): object {
  if (entry === undefined || entry.type === "separator") return { type: "separator" };
  const { type, text } = entry;
  if (type === "submenu") return { type, text, entries: children.map(entryOf) };
  return { type, text, id };
}

/** Whatever a platform takes its input for, letters beyond ASCII arrive. */
function asciiJson(message: object): string {
  return JSON.stringify(message).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
