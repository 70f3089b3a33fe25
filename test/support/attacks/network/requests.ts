import assert from "node:assert/strict";
import { fetching, getRequest, run, tell } from "../../network.ts";
import type { Attack } from "../attack.ts";
import { attack, badRequest, both, forbidden, refused } from "./outpost.ts";

/** Requests that say one thing and mean another. */
export const requests: Attack[] = [
  attack("a redirect to a host that is not granted", async ({ arena, thread }) => {
    const output = await run(thread, fetching(`http://${arena.web.host}/away`));
    assert.doesNotMatch(output, /the vault is open/);
    assert.ok(arena.web.requests.includes("GET /away"), "the redirect was not asked for");
    assert.deepEqual(arena.vault.requests, []);
    return "the second request was refused";
  }),
  attack("a Host header that is not the request line's", (outpost) => {
    const { web, vault } = outpost.arena;
    const line = `GET http://${web.host}/ HTTP/1.1\r\n`;
    const heads = [
      `${line}Host: ${vault.host}\r\n\r\n`,
      `${line}Host: ${web.host}\r\nHost: ${vault.host}\r\n\r\n`,
      `${line}\r\n`,
      `GET / HTTP/1.1\r\nHost: ${web.host}\r\n\r\n`,
    ];
    return refused(outpost, heads, badRequest);
  }),
  attack("a second request smuggled in a first one", (outpost) => {
    const { web, vault } = outpost.arena;
    const framings = [
      "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
      "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
      "Content-Length: 4\r\nContent-Length: 0\r\n",
      "Transfer-Encoding: xchunked\r\n",
      "Transfer-Encoding : chunked\r\n",
      "X: 1\nTransfer-Encoding: chunked\r\n",
    ];
    const heads = framings.map(
      (framing) =>
        `POST http://${web.host}/ HTTP/1.1\r\nHost: ${web.host}\r\n${framing}\r\n0\r\n\r\n${getRequest(vault.host)}`,
    );
    return refused(outpost, heads, badRequest);
  }),
  attack("a second request on a connection whose first one is granted", async (outpost) => {
    const { web, vault } = outpost.arena;
    const first = `GET http://${web.host}/first HTTP/1.1\r\nHost: ${web.host}\r\n\r\n`;
    const output = await run(outpost.thread, tell(first + getRequest(vault.host)));
    assert.match(output, /got \/first[\s\S]*HTTP\/1.1 403/);
    assert.deepEqual(outpost.arena.vault.requests, []);
    return "each request is judged by itself";
  }),
  attack("the proxy as a relay to the daemon's socket and the model", async (outpost) => {
    const { daemon } = outpost.arena;
    const model = new URL(daemon.model.url).host;
    await refused(outpost, both(model), forbidden);
    const socket = daemon.paths.socket;
    const places = [`unix:${socket}:80`, `unix://${socket}`, `file://${socket}`];
    return refused(outpost, places.flatMap(both), badRequest);
  }),
];
