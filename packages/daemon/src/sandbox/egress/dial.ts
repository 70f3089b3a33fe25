import { once } from "node:events";
import { connect, isIPv4, type LookupFunction, type Socket } from "node:net";
import { formatHost, type Host } from "@heddle/protocol";
import type { Resolve } from "../../os/resolver.ts";
import type { JudgeAddress } from "./addresses.ts";
import { NoWay } from "./no-way.ts";

const connectMs = 10_000;

/** Connects to one port of one host. Throws `NoWay`, also when the signal aborts. */
export type Dial = (host: Host, signal: AbortSignal) => Promise<Socket>;

export interface DialOptions {
  readonly resolve: Resolve;
  readonly judge: JudgeAddress;
  /** Hosts, as `formatHost` writes them, that may have addresses of the user's own networks. */
  readonly allowPrivate: ReadonlySet<string>;
}

/**
 * A name is resolved once for each connection, all of its addresses are judged, and only those are
 * dialled: a name that changes in between leads nowhere else.
 */
export function createDial({ resolve, judge, allowPrivate }: DialOptions): Dial {
  const resolveOnce = sharing(resolve);
  return async (host, signal) => {
    const until = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
    const addresses = await unless(until, resolveOnce(host.name)).catch((cause: unknown) => {
      throw new NoWay(502, `${host.name} cannot be found`, cause);
    });
    const local = allowPrivate.has(formatHost(host));
    for (const address of addresses) {
      const reason = judge(address, { local });
      if (reason !== undefined) throw new NoWay(403, refusal(host, address, reason));
    }
    return connectTo(host, addresses, until);
  };
}

function refusal(host: Host, address: string, reason: string): string {
  const text = formatHost(host);
  const cure = `the user can list "${text}" under [network] allow_private in heddle's config.toml`;
  return `${text} is refused: ${address} ${reason}; if it is meant, ${cure}`;
}

async function connectTo(
  { name, port }: Host,
  addresses: readonly string[],
  until: AbortSignal,
): Promise<Socket> {
  const socket = connect({
    host: name,
    port,
    lookup: answering(addresses),
    autoSelectFamily: true,
    allowHalfOpen: true,
    noDelay: true,
  });
  try {
    await once(socket, "connect", { signal: until });
    return socket;
  } catch (cause) {
    socket.on("error", () => {}).destroy();
    throw new NoWay(until.aborted ? 504 : 502, `${name}:${port} does not answer`, cause);
  }
}

/** Stands where a second lookup would be. */
function answering(addresses: readonly string[]): LookupFunction {
  return (_name, _options, callback) => {
    callback(
      null,
      addresses.map((address) => ({ address, family: isIPv4(address) ? 4 : 6 })),
    );
  };
}

/** Lookups block a thread each, so those of one name that are asked for together are one. */
function sharing(resolve: Resolve): Resolve {
  const underWay = new Map<string, Promise<readonly string[]>>();
  return (name) => {
    const known = underWay.get(name);
    if (known !== undefined) return known;
    const found = resolve(name).finally(() => underWay.delete(name));
    underWay.set(name, found);
    return found;
  };
}

async function unless<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
