import assert from "node:assert/strict";
import { createServer } from "node:net";
import { fetching, run } from "../../network.ts";
import type { Attack } from "../attack.ts";
import { type Assault, attack } from "./outpost.ts";

/** What programs do when they go past the proxy: each prints IN where it got somewhere. */
function past(command: string): Assault {
  return async ({ arena, thread }) => {
    const output = await run(thread, `${command}\n${fetching(`http://${arena.web.host}/past`)}`);
    assert.match(output, /got \/past/, "what is granted was not reached");
    assert.doesNotMatch(output, /\bIN\b/);
    return "no way but the proxy";
  };
}

const dial = (host: string, port: string | number, kind = "tcp"): string =>
  `(exec 3<>/dev/${kind}/${host}/${port} && echo probe >&3 && echo IN) 2>/dev/null`;

/** Ways that do not lead through the proxy. */
export const direct: Attack[] = [
  attack("the proxy's variables unset", async ({ arena, thread }) => {
    const url = `http://${arena.web.host}/unset`;
    const before = arena.web.requests.length;
    const output = await run(thread, `(unset \${!http*} \${!HTTP*}; ${fetching(url)})`);
    assert.match(output, /^failed /);
    assert.equal(arena.web.requests.length, before);
    assert.equal(await run(thread, fetching(url)), "got /unset\n");
    return "nothing is reached without the proxy";
  }),
  attack("raw addresses, of the machine and of the world", async (outpost) => {
    const [host = "", port = ""] = outpost.arena.vault.host.split(":");
    return past(["1.1.1.1", "10.0.0.1", host].map((to) => dial(to, port)).join("\n"))(outpost);
  }),
  attack("IPv6", past([dial("2606:4700:4700::1111", 443), dial("fe80::1", 443)].join("\n"))),
  attack("UDP", past([dial("1.1.1.1", 53, "udp"), dial("169.254.169.254", 80, "udp")].join("\n"))),
  attack("DNS", past("getent hosts example.org && echo IN; getent hosts localhost.localdomain")),
  attack("an abstract unix socket of the machine", async ({ arena, thread }) => {
    const name = `heddle-attack-${process.pid}`;
    const server = createServer((peer) => peer.end()).listen(`\0${name}`);
    using _ = { [Symbol.dispose]: () => void server.close() };
    const connect = `node -e 'require("net").connect("\\0${name}").on("connect", () => console.log("IN")).on("error", (e) => console.log(e.code))'`;
    const output = await run(thread, connect);
    assert.equal(output, "ECONNREFUSED\n");
    assert.ok(arena.daemon.pid > 0);
    return "its namespace is empty";
  }),
];
