import type { IncomingMessage } from "node:http";
import { type Host, parseHost } from "@heddle/protocol";
import { NoWay } from "./no-way.ts";

export interface Target {
  readonly host: Host;
  /** Path and query, as the server gets them. */
  readonly path: string;
}

const absolute = /^http:\/\/([^/?#]+)([/?][^#]*)?$/i;
const printable = /^[\x21-\x7e]+$/;

/** Where a plain request goes: its line says so in full, and its one Host header agrees. */
export function plainTarget(request: IncomingMessage): Target {
  const { url = "", rawHeaders } = request;
  refuseOtherVersions(request);
  const [, authority = "", path = "/"] = printable.test(url) ? (absolute.exec(url) ?? []) : [];
  const host = parseHost(authority, 80);
  if (host === undefined) {
    throw new NoWay(400, "expected a request for http://host:port/path, or CONNECT host:port");
  }
  const named = rawHeaders.filter((_, at) => at % 2 === 1 && isHost(rawHeaders[at - 1]));
  const [said, ...more] = named.map((value) => parseHost(value, 80));
  if (said === undefined || more.length > 0 || said.name !== host.name || said.port !== host.port) {
    throw new NoWay(400, "the Host header does not name the host of the request line");
  }
  return { host, path: path.startsWith("?") ? `/${path}` : path };
}

function isHost(name: string | undefined): boolean {
  return name?.toLowerCase() === "host";
}

/** Where a tunnel goes. */
export function tunnelTarget(request: IncomingMessage): Host {
  refuseOtherVersions(request);
  const host = parseHost(request.url ?? "");
  if (host === undefined) throw new NoWay(400, "expected CONNECT host:port");
  return host;
}

/** A line that breaks off before its version is a request to the parser. */
function refuseOtherVersions({ httpVersionMajor }: IncomingMessage): void {
  if (httpVersionMajor !== 1) throw new NoWay(400, "expected HTTP/1.1");
}
