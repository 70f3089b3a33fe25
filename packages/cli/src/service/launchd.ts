import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isOwn, mark, removeOwn, writeOwn } from "./files.ts";
import type { ServiceManager } from "./manager.ts";
import { type ServicePlan, serviceName } from "./plan.ts";
import { mustRun, run } from "./run.ts";

const label = (name: string) => `dev.heddle.${name}`;

export function agentFile(env: NodeJS.ProcessEnv): string {
  const directory = join(env.HOME || homedir(), "Library", "LaunchAgents");
  return join(directory, `${label(serviceName(env))}.plist`);
}

/** A LaunchAgent. Written by the book: it has not run on a Mac. */
export function launchd(plan: ServicePlan, env: NodeJS.ProcessEnv): ServiceManager {
  const file = agentFile(env);
  const domain = `gui/${process.getuid?.() ?? 0}`;
  const target = `${domain}/${label(plan.name)}`;
  const stop = async () => void (await run("launchctl", ["bootout", target]));
  const start = async () => {
    await run("launchctl", ["bootstrap", domain, file]);
    return (await run("launchctl", ["kickstart", target])).code === 0;
  };
  return {
    name: "launchd",
    tested: false,
    check: async () => void (await mustRun("launchctl", ["print", domain])),
    install: async () => {
      await stop();
      writeOwn(file, agentText(plan));
      await mustRun("launchctl", ["bootstrap", domain, file]);
    },
    uninstall: async () => {
      if (!existsSync(file)) return false;
      await stop();
      return removeOwn(file);
    },
    start,
    stop,
    state: async () => {
      const { code, stdout } = await run("launchctl", ["print", target]);
      const state = /^\s*state = (.+)$/m.exec(stdout)?.[1] ?? "not loaded";
      return {
        manager: "launchd",
        name: plan.name,
        installed: isOwn(file),
        listening: null,
        running: code === 0 && state === "running",
        detail: `${label(plan.name)} is ${state}`,
        files: [file],
      };
    },
  };
}

export function agentText({ name, command, environment, directory }: ServicePlan): string {
  const variables = Object.entries(environment).map(
    ([key, text]) => `    <key>${xml(key)}</key>\n    <string>${xml(text)}</string>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- ${mark} -->
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${xml(label(name))}</string>
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    <string>${xml(word)}</string>\n`).join("")}  </array>
  <key>EnvironmentVariables</key>
  <dict>
${variables.join("")}  </dict>
  <key>WorkingDirectory</key>
  <string>${xml(directory)}</string>
  <key>RunAtLoad</key>
  <true/>
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
</dict>
</plist>
`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
