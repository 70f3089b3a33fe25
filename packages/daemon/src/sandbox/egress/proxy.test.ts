import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { judgeAddress } from "./addresses.ts";
import {
  EgressFixture,
  echoServer,
  mirror,
  readAll,
  readUntil,
} from "./egress-fixture.test.support.ts";

let egress: EgressFixture;
beforeEach(async () => {
  egress = await EgressFixture.open(judgeAddress);
});
afterEach(() => egress[Symbol.asyncDispose]());

const connectTo = (host: string) => `CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const get = (host: string, path = "/", more = "") =>
  `GET http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`;
const established = "HTTP/1.1 200 Connection Established\r\n\r\n";

describe("a tunnel", () => {
  test("leads to a host that is granted, both ways, until both have ended", async () => {
    const host = await egress.serve("echo.example", echoServer());
    const client = await egress.client();
    client.write(`${connectTo(host)}first `);
    expect(await readUntil(client, "first ")).toBe(`${established}first `);
    client.end("last");
    expect(await readAll(client)).toBe("last");
    expect(egress.lines).toEqual([
      {
        message: "network connection",
        host,
        address: "127.0.0.2",
        bytesUp: 10,
        bytesDown: 10,
        verdict: "allowed",
      },
    ]);
  });

  test("is cut as soon as its grant has ended, and others are not", async () => {
    const [one, two] = [
      await egress.serve("one.example", echoServer()),
      await egress.serve("two.example", echoServer(), "127.0.0.3"),
    ];
    const [first, second] = [await egress.client(), await egress.client()];
    first.write(connectTo(one));
    second.write(connectTo(two));
    await Promise.all([first, second].map((client) => readUntil(client, established)));
    egress.revoke(one);
    expect(await readAll(first)).toBe("");
    second.write("still");
    expect(await readUntil(second, "still")).toBe("still");
    expect(egress.lines).toMatchObject([{ host: one, verdict: "cut" }]);
  });

  test("is not opened when its grant ends while the name is resolved", async () => {
    const host = await egress.serve("slow.example", echoServer());
    const client = await egress.client();
    client.write(connectTo(host));
    while (egress.lookups.length === 0) await new Promise(setImmediate);
    egress.revoke(host);
    expect(await readAll(client)).toMatch(/^HTTP\/1.1 403 /);
  });

  test("carries a megabyte each way unharmed", async () => {
    const host = await egress.serve("big.example", echoServer());
    const client = await egress.client();
    client.write(connectTo(host));
    await readUntil(client, established);
    client.end("0123456789abcdef".repeat(65_536));
    const back = await readAll(client);
    expect(back).toHaveLength(1_048_576);
    expect(back).toBe("0123456789abcdef".repeat(65_536));
  });
});

describe("a plain request", () => {
  test("goes on without what is meant for the proxy, and so does its answer", async () => {
    const { server, requests } = mirror();
    const host = await egress.serve("plain.example", server);
    const more = [
      "Proxy-Authorization: Basic x",
      "Proxy-Connection: keep-alive",
      "X-Mine: 1",
      "X-Kept: 2",
      "Connection: x-mine",
      "",
    ].join("\r\n");
    const answer = await egress.exchange(get(host, "/a?b=c", more));
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toContain("got /a?b=c");
    expect(answer.toLowerCase()).not.toContain("x-hop");
    expect(requests).toEqual([
      {
        head: `GET /a?b=c\nhost: ${host}\nx-kept: 2\ncontent-length: 0\nconnection: close`,
        body: "",
      },
    ]);
  });

  test.each([
    ["with its length", "Content-Length: 5\r\n\r\nhello"],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"],
  ])("brings its body, %s", async (_, rest) => {
    const { server, requests } = mirror();
    const host = await egress.serve("plain.example", server);
    await egress.exchange(
      `POST http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${rest}`,
    );
    expect(requests.map(({ body }) => body)).toEqual(["hello"]);
  });

  test("is judged by itself on a connection that is kept", async () => {
    const { server } = mirror();
    const host = await egress.serve("plain.example", server);
    const first = `GET http://${host}/1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const answer = await egress.exchange(first + get("other.example:80"));
    expect(answer).toContain("got /1");
    expect(answer).toContain("HTTP/1.1 403 Forbidden");
    expect(answer).toContain("heddle project grant --host other.example:80");
    expect(egress.lookups).toEqual(["plain.example"]);
  });

  test("that is redirected is not followed here: the client asks again, and is judged", async () => {
    const server = createHttpServer((_, response) =>
      response.writeHead(302, { location: "http://evil.example/" }).end(),
    );
    const host = await egress.serve("plain.example", server);
    expect(await egress.exchange(get(host))).toMatch(/^HTTP\/1.1 302 /);
    expect(egress.lookups).toEqual(["plain.example"]);
    expect(await egress.exchange(get("evil.example"))).toMatch(/^HTTP\/1.1 403 /);
  });

  test("is cut with its answer half way when its grant ends", async () => {
    const server = createHttpServer((_, response) => {
      response.writeHead(200, { "content-length": 100 }).write("half");
    });
    const host = await egress.serve("plain.example", server);
    const client = await egress.client();
    client.write(get(host));
    await readUntil(client, "half");
    egress.revoke(host);
    expect(await readAll(client)).toBe("");
  });

  test("of a server that breaks off is answered with 502", async () => {
    const server = createServer((peer) => peer.on("error", () => {}).destroy());
    const host = await egress.serve("broken.example", server);
    expect(await egress.exchange(get(host))).toMatch(/^HTTP\/1.1 502 /);
  });
});

describe("refused, and nobody is dialled:", () => {
  test.each([
    ["another port", "echo.example:1"],
    ["a host that is not granted", "evil.example:443"],
    ["a name that only ends alike", "evil-echo.example:443"],
  ])("%s, with the command that would allow it", async (_, host) => {
    await egress.serve("echo.example", echoServer());
    const answer = await egress.exchange(connectTo(host));
    expect(answer).toMatch(/^HTTP\/1.1 403 .*heddle project grant --host/);
    expect(answer).toContain(`heddle project grant --host ${host}`);
    expect(egress.lookups).toEqual([]);
    expect(egress.lines).toMatchObject([{ host, verdict: expect.stringMatching(/^refused: /) }]);
  });

  const malformed: [string, (host: string) => string][] = [
    ["a trailing dot", (host) => connectTo(host.replace(":", ".:"))],
    ["a user", (host) => connectTo(`ada@${host}`)],
    ["NUL", (host) => connectTo(`${host}\0.evil.example:443`)],
    ["a space", (host) => connectTo(`${host} evil.example`)],
    ["CRLF", (host) => `CONNECT ${host}\r\nX: http://${host}/ HTTP/1.1\r\n\r\n`],
    ["a decimal address", () => connectTo("2130706433:80")],
    ["an octal address", () => connectTo("0177.0.0.1:80")],
    ["a hexadecimal address", () => connectTo("0x7f000001:80")],
    ["no port", () => connectTo("echo.example")],
    ["a user in a plain request", (host) => get(`ada@${host}`)],
    ["a backslash in a plain request", (host) => get(`${host}\\@evil.example`)],
    ["another Host header", (host) => get(host).replace(`Host: ${host}`, "Host: evil.example")],
    ["two Host headers", (host) => get(host, "/", "Host: evil.example\r\n")],
    ["no Host header", (host) => `GET http://${host}/ HTTP/1.1\r\n\r\n`],
    ["a path alone", () => "GET / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["https without a tunnel", (host) => get(host).replace("http:", "https:")],
    ["a unix socket", () => get("unix:/run/heddle.sock")],
    ["a file", () => "GET file:///etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"],
  ];
  test.each(malformed)("%s", async (_, request) => {
    const host = await egress.serve("echo.example", echoServer());
    expect(await egress.exchange(request(host))).toMatch(/^HTTP\/1.1 400 /);
    expect(egress.lookups).toEqual([]);
  });
});

describe("a second request cannot be smuggled in a first one", () => {
  const smuggled = "GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n";
  test.each([
    ["both framings", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"],
    ["both, the other way round", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"],
    ["two lengths", "Content-Length: 4\r\nContent-Length: 0\r\n"],
    ["a length with a sign", "Content-Length: +4\r\n"],
    ["a coding that is not the last", "Transfer-Encoding: chunked, identity\r\n"],
    ["a coding in disguise", "Transfer-Encoding: xchunked\r\n"],
    ["a space before the colon", "Transfer-Encoding : chunked\r\n"],
    ["a folded header", "X: 1\r\n Transfer-Encoding: chunked\r\n"],
    ["a bare line feed", "X: 1\nTransfer-Encoding: chunked\r\n"],
  ])("by %s", async (_, framing) => {
    const { server, requests } = mirror();
    const host = await egress.serve("plain.example", server);
    const head = `POST http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n${framing}\r\n`;
    const answer = await egress.exchange(`${head}0\r\n\r\n${smuggled}`);
    expect(answer).toMatch(/HTTP\/1.1 400 /);
    expect(requests.filter(({ head }) => head.includes("evil"))).toEqual([]);
    expect(egress.lookups).not.toContain("evil.example");
  });
});

describe("a name that is granted", () => {
  test.each([
    ["loopback", ["127.1.0.1"]],
    ["a private address", ["10.0.0.1"]],
    ["a metadata service", ["169.254.169.254"]],
    ["a public and a private address", ["127.0.0.2", "192.168.0.1"]],
    ["IPv6 loopback", ["::1"]],
    ["a mapped address", ["::ffff:127.1.0.1"]],
  ])("is refused when it resolves to %s", async (_, addresses) => {
    const host = await egress.serve("echo.example", echoServer());
    egress.names.set("echo.example", addresses);
    const answer = await egress.exchange(connectTo(host));
    expect(answer).toMatch(/^HTTP\/1.1 403 /);
    expect(answer).toContain("allow_private");
  });

  test("is dialled at the address that was judged, and resolved once for it", async () => {
    const host = await egress.serve("rebound.example", echoServer());
    const client = await egress.client();
    client.write(connectTo(host));
    await readUntil(client, established);
    egress.names.set("rebound.example", ["127.1.0.1"]);
    client.end("same");
    expect(await readAll(client)).toBe("same");
    expect(egress.lookups).toEqual(["rebound.example"]);
    expect(await egress.exchange(connectTo(host))).toMatch(/^HTTP\/1.1 403 /);
  });

  test("may be private where the user's own config lists that host and port", async () => {
    const host = await egress.serve("mirror.corp", echoServer(), "127.1.0.2");
    expect(await egress.exchange(connectTo(host))).toMatch(/^HTTP\/1.1 403 /);
    egress.allowPrivate.add(host);
    const client = await egress.client();
    client.end(`${connectTo(host)}in`);
    expect(await readAll(client)).toBe(`${established}in`);
  });

  test("that nobody knows, or that does not answer, is said to be so", async () => {
    egress.granted.add("gone.example:443");
    expect(await egress.exchange(connectTo("gone.example:443"))).toMatch(/^HTTP\/1.1 502 .*found/);
    egress.names.set("gone.example", ["127.0.0.9"]);
    expect(await egress.exchange(connectTo("gone.example:443"))).toMatch(/^HTTP\/1.1 502 .*answer/);
  });
});

describe("a client that wears the proxy out", () => {
  test("by its number of connections gets no more than its share", async () => {
    await using small = await EgressFixture.open(judgeAddress, { connections: 4 });
    const held = await Promise.all(Array.from({ length: 4 }, () => small.client()));
    const refused = await small.client();
    expect(await readAll(refused)).toBe("");
    for (const socket of held) socket.destroy();
    await Promise.all(held.map((socket) => socket.closed || once(socket, "close")));
    expect(await small.exchange(connectTo("evil.example:443"))).toMatch(/^(|HTTP\/1.1 403 .*)/s);
  });

  test("by a head that never ends is sent away", async () => {
    await using hasty = await EgressFixture.open(judgeAddress, {
      headersMs: 50,
      checkEveryMs: 20,
    });
    const slow = await hasty.client();
    slow.write("GET http://a.example/ HTTP/1.1\r\nX: ");
    const [mute, begun] = [hasty.client().then(readAll), readAll(slow)];
    expect(await begun).toMatch(/^HTTP\/1.1 408 /);
    expect(await mute).toMatch(/^(HTTP\/1.1 408 |$)/);
  });

  test("by a head that is too large is refused", async () => {
    const answer = await egress.exchange(get("a.example", "/", `X: ${"x".repeat(17_000)}\r\n`));
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });
});

test("nothing is left open when the proxy ends", async () => {
  const own = await EgressFixture.open(judgeAddress);
  const host = await own.serve("echo.example", echoServer());
  const client = await own.client();
  client.write(connectTo(host));
  await readUntil(client, established);
  const rest = readAll(client);
  await own[Symbol.asyncDispose]();
  expect(await rest).toBe("");
  expect(own.lines.at(-1)).toMatchObject({ message: "network of a box", connections: 1 });
});
