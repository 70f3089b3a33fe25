import { DaemonError } from "@heddle/protocol";
import {
  type ConnectOptions,
  connect,
  type HeddleClient,
  type HeddlePaths,
  maxSocketPathBytes,
  socketOf,
} from "@heddle/protocol/node";
import { CliError, exitCodes } from "../exit.ts";
import { version } from "../version.ts";

/** Connects to the daemon if it runs. A client that stays alone does not wait for it to return. */
export async function findDaemon(
  paths: HeddlePaths,
  options: Pick<ConnectOptions, "reconnectForMs" | "revive"> = {},
): Promise<HeddleClient | undefined> {
  checkSocketPath(paths.socket);
  const client = { name: "heddle", kind: "cli", version: version() } as const;
  try {
    return await connect({ socketPath: () => socketOf(paths), client, ...options });
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
