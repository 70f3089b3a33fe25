import { fstatSync, readFileSync } from "node:fs";
import { DaemonError } from "@heddle/protocol";
import { runProgram } from "./programs.ts";

const firstDescriptor = 3;

/** What a service manager gives a daemon that it starts. */
export interface HandedOver {
  /** A socket that listens already. */
  readonly socket: number | undefined;
  /** Tells the service manager a state such as `READY=1`; returns whether it could be told. */
  readonly notify: (state: string) => Promise<boolean>;
}

/** Takes it out of the environment, so that no process of ours believes that it is meant. */
export function takeHandedOver(env: NodeJS.ProcessEnv, pid = process.pid): HandedOver {
  const { LISTEN_PID, LISTEN_FDS, NOTIFY_SOCKET } = env;
  for (const name of ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET"]) {
    delete env[name];
  }
  return {
    socket: Number(LISTEN_PID) === pid ? descriptorOf(LISTEN_FDS) : undefined,
    notify: async (state) => NOTIFY_SOCKET === undefined || (await notify(NOTIFY_SOCKET, state)),
  };
}

function descriptorOf(count: string | undefined): number {
  if (count === "1" && fstatSync(firstDescriptor).isSocket()) return firstDescriptor;
  const message = `the service manager hands over ${count} descriptors, one socket is expected; run \`heddle service install\` again`;
  throw new DaemonError("invalidConfig", message);
}

/** Node has no datagrams over unix sockets, so systemd's own program sends them. */
async function notify(socket: string, state: string): Promise<boolean> {
  const { exitCode } = await runProgram("systemd-notify", [state], { NOTIFY_SOCKET: socket });
  return exitCode === 0;
}

/** Where a socket is bound, as far as the system tells. */
export function boundPath(descriptor: number): string | undefined {
  try {
    const inode = String(fstatSync(descriptor).ino);
    const lines = readFileSync("/proc/net/unix", "utf8").split("\n");
    const fields = lines.map((line) => /^(?:\S+ +){6}(\d+) (.+)$/.exec(line));
    return fields.find((found) => found?.[1] === inode)?.[2];
  } catch {
    return undefined;
  }
}
