import assert from "node:assert/strict";
import { judgeAddress } from "../../../../packages/daemon/src/sandbox/egress/addresses.ts";
import {
  EgressFixture,
  echoServer,
} from "../../../../packages/daemon/src/sandbox/egress/egress-fixture.test.support.ts";
import { connectRequest } from "../../network.ts";
import type { Attack } from "../attack.ts";
import { attack, badRequest, both, forbidden, refused, status } from "./outpost.ts";

/** Names that mean another host than they seem to. Resolvers that lie are a proxy's own. */
export const names: Attack[] = [
  attack("NUL, a user, a trailing dot, CRLF and a space in a host's name", (outpost) => {
    const { host } = outpost.arena.echo;
    const [name = "", port = ""] = host.split(":");
    const spellings = [
      `${name}\0.evil.example:${port}`,
      `evil.example@${host}`,
      `${name}.:${port}`,
      `${host}\r\nX: y`,
      `${host} x`,
      `${name}%00:${port}`,
      `\u00e9${host}`,
    ];
    return refused(outpost, spellings.flatMap(both), badRequest);
  }),
  attack("the granted address as decimal, octal, hexadecimal or short number", (outpost) => {
    const port = outpost.arena.echo.host.split(":")[1];
    const spellings = ["2130706434", "0177.0.0.2", "0x7f000002", "0x7f.2", "127.2", "127.0.2"];
    const hosts = [...spellings, "[::ffff:127.0.0.2]"].map((name) => `${name}:${port}`);
    return refused(outpost, hosts.flatMap(both), badRequest);
  }),
  attack("another port, name, scheme or kind of address", (outpost) => {
    const { vault, echo } = outpost.arena;
    const [, port = ""] = echo.host.split(":");
    const hosts = [vault.host, `127.0.0.1:${port}`, `[::1]:${port}`, `localhost:${port}`];
    return refused(outpost, [...hosts, "example.org:443"].flatMap(both), forbidden);
  }),
  attack("a granted name that resolves to loopback", async ({ arena }) => {
    const project = await arena.daemon.project();
    const host = `localhost:${arena.vault.host.split(":")[1]}`;
    await arena.grant(project, host);
    await arena.grant(project, arena.web.host);
    return refused({ arena, thread: await project.thread() }, both(host), forbidden);
  }),
  attack("granted names that resolve to private, metadata and mixed addresses", async () => {
    await using egress = await EgressFixture.open(judgeAddress);
    const host = await egress.serve("name.example", echoServer());
    const lists = [
      ["10.0.0.1"],
      ["169.254.169.254"],
      ["fd00:ec2::254"],
      ["::ffff:10.0.0.1"],
      ["64:ff9b::a9fe:a9fe"],
      ["2002:7f00:1::"],
      ["127.0.0.2", "192.168.0.1"],
    ];
    for (const addresses of lists) {
      egress.names.set("name.example", addresses);
      const answer = await egress.exchange(connectRequest(host));
      assert.match(status(answer), forbidden, `dialled: ${addresses}`);
    }
    egress.names.set("name.example", ["127.0.0.2"]);
    const control = await egress.client();
    control.end(connectRequest(host));
    await new Promise((resolve) => control.once("data", resolve));
    return `${lists.length} answers of the resolver refused`;
  }),
  attack("a name that changes between check and dial", async () => {
    await using egress = await EgressFixture.open(judgeAddress);
    const host = await egress.serve("rebound.example", echoServer());
    const answers = [["127.0.0.2"], ["127.1.0.1"]];
    Object.defineProperty(egress.names, "get", { value: () => answers.shift() });
    const client = await egress.client();
    client.write(connectRequest(host));
    const [line] = String(await new Promise((resolve) => client.once("data", resolve))).split("\r");
    assert.equal(line, "HTTP/1.1 200 Connection Established");
    assert.equal(egress.lookups.length, 1, "it was resolved again");
    client.destroy();
    assert.match(status(await egress.exchange(connectRequest(host))), forbidden);
    return "resolved once, and dialled there";
  }),
];
