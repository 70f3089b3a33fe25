import { boxIo } from "../argv.ts";
import type { IoDirectory } from "../io-directory.ts";
import { forwarderFiles, proxyEnv } from "./forwarder.ts";
import { openProxy } from "./proxy.ts";
import type { Network } from "./routes.ts";

export interface WayOut {
  readonly env: Readonly<Record<string, string>>;
  /** Part of the profile's hash. */
  readonly hosts: readonly string[];
}

/** Opens a box's proxy, which ends with its directory. Where no host is granted, nothing of it exists. */
export async function openWayOut(io: IoDirectory, network: Network | undefined): Promise<WayOut> {
  if (network === undefined) return { env: {}, hosts: [] };
  io.keep(await openProxy(io.path, network));
  await Promise.all(forwarderFiles(boxIo).map(([name, program]) => io.write(name, program)));
  return { env: proxyEnv, hosts: network.hosts };
}
