import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { mark } from "../service/files.ts";
import { serviceName } from "../service/plan.ts";

/** Where the desktop looks for what to start with a session. */
export function autostartFile(env: NodeJS.ProcessEnv): string {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), ".config");
  return join(config, "autostart", `${serviceName(env)}-tray.desktop`);
}

export function autostartEntry(command: readonly string[], env: NodeJS.ProcessEnv): string {
  const home = env.HEDDLE_HOME ? ["env", `HEDDLE_HOME=${resolve(env.HEDDLE_HOME)}`] : [];
  return `[Desktop Entry]
# ${mark}
Type=Application
Name=Heddle tray
Comment=What your threads need, in the panel
Exec=${[...home, ...command, "tray"].map(argument).join(" ")}
Terminal=false
NoDisplay=true
`;
}

/** Quoted for the command line of an entry, and then as a value of the file. */
function argument(word: string): string {
  const quoted = /^[\w@+=:,./-]+$/.test(word) ? word : `"${word.replaceAll(/["`$\\]/g, "\\$&")}"`;
  return quoted.replaceAll("%", "%%").replaceAll("\\", "\\\\");
}
