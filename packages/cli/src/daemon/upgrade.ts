import { atWork } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import { say } from "../terminal/output.ts";
import { version } from "../version.ts";

/** Tells whoever has a newer command line than daemon, and when to restart it. */
export async function offerUpgrade(daemon: HeddleClient): Promise<void> {
  // As they mostly are; then nothing has to be loaded to compare them.
  if (version() === daemon.daemonVersion) return;
  const { isNewer } = await import("./versions.ts");
  if (!isNewer(version(), daemon.daemonVersion)) return;
  const { threads } = await daemon.call("daemon/status", {});
  const busy = atWork.reduce((sum, status) => sum + (threads[status] ?? 0), 0);
  say(upgradeText({ client: version(), daemon: daemon.daemonVersion, busy }));
}

export function upgradeText(of: { client: string; daemon: string; busy: number }): string {
  const when = of.busy > 0 ? `once it is idle (${of.busy} at work)` : "it is idle";
  const restart = `\`heddle daemon restart\` brings it up to date`;
  const mend = of.busy > 0 ? `${restart} ${when}` : `${when}, and ${restart}`;
  return `heddle: the daemon is ${of.daemon}, older than this command line (${of.client}); ${mend}`;
}
