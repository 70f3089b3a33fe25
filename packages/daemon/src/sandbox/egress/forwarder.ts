import { proxySocket } from "./proxy.ts";

/** The forwarder's program, by its name in the directory that a box shares with the daemon. */
export const forwarderFile = "forward.cjs";

/** In the box's own network namespace, so that it is nobody else's. */
const port = 3128;
const url = `http://127.0.0.1:${port}`;
const within = "localhost,127.0.0.1,::1";

/** What clients read. Case matters to some, and Node asks to be told. */
export const proxyEnv: Readonly<Record<string, string>> = {
  HTTP_PROXY: url,
  HTTPS_PROXY: url,
  ALL_PROXY: url,
  NO_PROXY: within,
  http_proxy: url,
  https_proxy: url,
  all_proxy: url,
  no_proxy: within,
  NODE_USE_ENV_PROXY: "1",
};

/**
 * Makes a port of the proxy's socket, because most clients know no other kind of proxy. It says a
 * line once it listens, and passes on what the proxy said last, however abruptly that closed. It is
 * as untrusted as whatever talks to it.
 */
export const forwarderProgram = (io: string): string => `"use strict";
const net = require("node:net");
const path = ${JSON.stringify(`${io}/${proxySocket}`)};
process.on("uncaughtException", () => {});
net
  .createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const proxy = net.connect({ path, allowHalfOpen: true });
    client.pipe(proxy).pipe(client);
    client.on("error", () => {}).on("close", () => proxy.destroySoon());
    proxy.on("error", () => {}).on("close", () => client.end().resume());
  })
  .listen(${port}, "127.0.0.1", () => console.log("listening"));
`;

/** Lines of the box's helper: where there is a way out, it is open before the first command. */
export const forwardScript = (io: string): string => `
if [[ -e ${io}/${forwarderFile} ]]; then
  exec {forwarder}< <(exec node ${io}/${forwarderFile} </dev/null)
  if ! read -r <&"$forwarder"; then
    echo 'no way to the granted hosts: node does not run in the box' >&2
    exit 1
  fi
  exec {forwarder}<&-
fi`;
