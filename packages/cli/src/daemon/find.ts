import { lstatSync } from "node:fs";
import { dirname } from "node:path";
import { DaemonError } from "@heddle/protocol";
import {
  type ConnectOptions,
  connect,
  type HeddleClient,
  type HeddlePaths,
  maxSocketPathBytes,
  readHolder,
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

/** Where the daemon listens: with another runtime directory it may be elsewhere than here. */
export function socketOf({ holder, socket }: HeddlePaths): string {
  const held = readHolder(holder)?.socket;
  return held !== undefined && isOwn(held) ? held : socket;
}

/** Whether nobody else can have put the socket there. */
export function isOwn(socket: string): boolean {
  const uid = process.getuid?.();
  const [file, directory] = [socket, dirname(socket)].map((path) =>
    lstatSync(path, { throwIfNoEntry: false }),
  );
  if (!file?.isSocket() || !directory?.isDirectory()) return false;
  return file.uid === uid && directory.uid === uid && (directory.mode & 0o077) === 0;
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
