import { DaemonError } from "@heddle/protocol";
import {
  connect,
  type HeddleClient,
  type HeddlePaths,
  heddlePaths,
  maxSocketPathBytes,
} from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { version } from "../version.ts";

/** Connects to the daemon; one that does not run is started. The caller disposes the client. */
export async function openDaemon(paths: HeddlePaths = heddlePaths()): Promise<HeddleClient> {
  const running = await findDaemon(paths);
  if (running) return running;
  const { startDaemon } = await import("./start.ts");
  return await startDaemon(paths, () => findDaemon(paths));
}

/** Connects to the daemon if it runs. A client that stays alone does not wait for it to return. */
export async function findDaemon(
  paths: HeddlePaths,
  options: { reconnectForMs?: number } = {},
): Promise<HeddleClient | undefined> {
  checkSocketPath(paths.socket);
  const client = { name: "heddle", kind: "cli", version: version() } as const;
  try {
    return await connect({ socketPath: paths.socket, client, ...options });
  } catch (error) {
    if (error instanceof DaemonError && error.kind === "disconnected") return undefined;
    throw error;
  }
}

// The kernel would take a cut path, which may be somebody else's socket.
function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= maxSocketPathBytes) return;
  throw new CliError(
    exitCodes.configuration,
    `the socket's path has ${bytes} bytes, and ${maxSocketPathBytes} are the limit: ${path}`,
    "set HEDDLE_HOME or XDG_RUNTIME_DIR to a shorter path",
  );
}
