import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** The usual ones, those that ask the desktop first. */
const usual = [
  ["xdg-terminal-exec"],
  ["x-terminal-emulator", "-e"],
  ["gnome-terminal", "--"],
  ["konsole", "-e"],
  ["xterm", "-e"],
];

/** Runs a command in a terminal of its own; returns false where there is none. */
export function openTerminal(
  command: readonly string[],
  terminal: readonly string[] | undefined,
  env: NodeJS.ProcessEnv,
): boolean {
  const candidates = terminal ? [terminal] : usual;
  const chosen = candidates.find(([program = ""]) => isProgram(program, env));
  if (!chosen) return false;
  const [program = "", ...args] = [...chosen, ...command];
  const child = spawn(program, args, { env, detached: true, stdio: "ignore" });
  // It was there a moment ago.
  child.on("error", () => {});
  child.unref();
  return true;
}

function isProgram(name: string, { PATH = "" }: NodeJS.ProcessEnv): boolean {
  const places = isAbsolute(name) ? [name] : PATH.split(delimiter).map((each) => join(each, name));
  return places.some((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
