import { type HeddleClient, type HeddlePaths, heddlePaths } from "@heddle/protocol/node";
import { findDaemon } from "./find.ts";
import { offerUpgrade } from "./upgrade.ts";

/**
 * Connects to the daemon; one that does not run is started, also one that is killed while the client
 * lives. The caller disposes the client.
 */
export async function openDaemon(paths: HeddlePaths = heddlePaths()): Promise<HeddleClient> {
  const find = () => findDaemon(paths, { revive });
  const start = async () => {
    const { startDaemon } = await import("./start.ts");
    return await startDaemon(paths, find);
  };
  const revive = async () => (await start()).close();
  const daemon = (await find()) ?? (await start());
  await offerUpgrade(daemon);
  return daemon;
}
