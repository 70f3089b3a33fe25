import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

const appleScript = `on run arguments
set commandLine to ""
repeat with argument in arguments
set commandLine to commandLine & quoted form of argument & " "
end repeat
tell application "Terminal"
activate
do script commandLine
end tell
end run`;

/** Those that ask the desktop first. */
const usual = [
  ["xdg-terminal-exec"],
  ["x-terminal-emulator", "-e"],
  ["gnome-terminal", "--"],
  ["konsole", "-e"],
  ["xterm", "-e"],
];

/** Whether this Linux runs under Windows, whose desktop it then has. */
export function isWsl(env: NodeJS.ProcessEnv): boolean {
  return process.platform === "linux" && env.WSL_DISTRO_NAME !== undefined;
}

/** Those of macOS and Windows were not run there. */
function terminalsOf(env: NodeJS.ProcessEnv): readonly (readonly string[])[] {
  if (process.platform === "darwin") return [["osascript", "-e", appleScript]];
  if (!isWsl(env)) return usual;
  const here = ["wsl.exe", "--distribution", env.WSL_DISTRO_NAME ?? "", "--exec"];
  return [["cmd.exe", "/c", "start", ...here]];
}

/** Runs a command in a terminal of its own; returns false where there is none. */
export function openTerminal(
  command: readonly string[],
  terminal: readonly string[] | undefined,
  env: NodeJS.ProcessEnv,
): boolean {
  const candidates = terminal ? [terminal] : terminalsOf(env);
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
