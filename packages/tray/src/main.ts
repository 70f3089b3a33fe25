import { createHash } from "node:crypto";
import { connect, heddlePaths, socketOf } from "@heddle/protocol/node";
import { packageVersion } from "@heddle/protocol/package-version";
import { readTrayConfig } from "./config.ts";
import type { Desktop, DesktopEvents } from "./desktop.ts";
import { macosScript } from "./script/macos.ts";
import { openScripted } from "./script/scripted.ts";
import { windowsScript } from "./script/windows.ts";
import { isWsl, openTerminal } from "./terminal.ts";
import { runTray } from "./tray.ts";
import { TrayError } from "./tray-error.ts";

/** As the command line has them. */
const exitCodes = { failed: 1, unavailable: 69 } as const;

async function main(heddle: readonly string[]): Promise<void> {
  const { env } = process;
  const paths = heddlePaths(env);
  const { terminal, quiet_hours: quietHours } = readTrayConfig(paths.config);
  const client = {
    name: "heddle tray",
    kind: "tray",
    version: packageVersion(import.meta.url),
  } as const;
  await runTray({
    connect: () => connect({ socketPath: () => socketOf(paths), client }),
    desktop: (events) => openDesktop(events, paths.state),
    open: (words) => openTerminal(shown([...heddle, ...words], words), terminal, env),
    quietHours,
    now: () => new Date(),
  });
}

/** A window that ends with its command shows nothing of it; attach stays until it is left. */
function shown(command: readonly string[], [name]: readonly string[]): readonly string[] {
  if (name === "attach") return command;
  const script = '"$@"; printf "\\nEnter closes this window "; read -r _';
  return ["sh", "-c", script, "sh", ...command];
}

async function openDesktop(events: DesktopEvents, state: string): Promise<Desktop> {
  const { platform, env } = process;
  if (platform === "darwin") return await openScripted(macosScript, events);
  if (isWsl(env)) return await openScripted(windowsScript, events);
  if (platform === "linux") {
    const { openLinux } = await import("./linux/linux.ts");
    const instance = createHash("sha256").update(state).digest("hex").slice(0, 8);
    return await openLinux({ env, instance, events });
  }
  const message = `there is no tray for ${platform}`;
  throw new TrayError(message, "`heddle status` and `heddle approvals` tell the same");
}

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const { message } = error as Error;
  const hint = error instanceof TrayError ? `\n        ${error.hint}` : "";
  console.error(`heddle: ${message}${hint}`);
  process.exit(error instanceof TrayError ? exitCodes.unavailable : exitCodes.failed);
}
