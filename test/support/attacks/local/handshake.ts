import assert from "node:assert/strict";
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { methods } from "@heddle/protocol";
import { initialize, RawSocket, request } from "../../raw-socket.ts";
import { makeRepository } from "../../repository.ts";
import type { Attack, Ground } from "../attack.ts";
import { assertRefused, bystanderIsServed } from "./bystander.ts";

async function withoutInitialize(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const names = Object.keys(methods).filter((name) => name !== "initialize");
  await using raw = await RawSocket.open(daemon.paths.socket, { greet: false });
  for (const name of names) assertRefused(await raw.ask(request(name)), "notInitialized");
  const batch = await raw.askBatch(names.map((name) => request(name)));
  for (const answer of batch) assertRefused(answer, "notInitialized");
  raw.send({ jsonrpc: "2.0", method: "daemon/stop", params: {} });
  assertRefused(await raw.ask(request("daemon/status")), "notInitialized");
  assert.ok((await raw.ask(initialize())).result, "a client that introduces itself is let in");
  assert.ok((await raw.ask(request("daemon/status"))).result);
  await bystanderIsServed(daemon);
  return `${names.length} methods, alone and in a batch`;
}

async function asTheDaemon(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  await using raw = await RawSocket.open(daemon.paths.socket, { greet: false });
  const params = { protocolVersion: 1, client: { name: "heddle", kind: "daemon" } };
  assertRefused(await raw.ask(request("initialize", params)), "invalidParams");
  assertRefused(await raw.ask(request("daemon/status")), "notInitialized");
  return "the daemon's own kind is taken by nobody";
}

/** The status with which a handshake with these headers is refused; 101 when it is not. */
async function handshake(
  path: string,
  options: { headers?: Record<string, string>; url?: string },
): Promise<number> {
  await using raw = new RawSocket(path, options);
  const refused = once(raw.socket, "unexpected-response").then(
    ([, response]) => (response as IncomingMessage).statusCode ?? 0,
  );
  return await Promise.race([refused, once(raw.socket, "open").then(() => 101)]);
}

function refusing(
  status: number,
  variants: readonly { headers?: Record<string, string>; url?: string }[],
) {
  return async (ground: Ground): Promise<string> => {
    const { paths } = await ground.daemon();
    assert.equal(await handshake(paths.socket, {}), 101, "a client of ours is let in");
    for (const variant of variants) {
      const found = await handshake(paths.socket, variant);
      assert.equal(found, status, `${JSON.stringify(variant)} was answered ${found}`);
    }
    return `${status} for ${variants.length} of them`;
  };
}

const origins = ["https://evil.example", "null", "http://localhost", "file://", ""];
const hosts = ["evil.example", "localhost.evil.example", "127.0.0.1:80", "[::1]", "localhost:80"];
const paths = ["/", "/v2", "/v1/", "/v1?token=x", "//v1", "/v1%00"];

async function plainHttp(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  using repository = makeRepository();
  const body = JSON.stringify(request("project/add", { path: repository.path, access: "rw" }));
  const types = ["text/plain", "application/json", "application/x-www-form-urlencoded"];
  for (const type of types) {
    const status = await post(daemon.paths.socket, body, { "content-type": type });
    assert.equal(status, 426, `a POST of ${type} was answered ${status}`);
  }
  const { data } = await (await daemon.client()).call("project/list", { limit: 500 });
  assert.ok(!data.some(({ path }) => path === repository.path), "a POST added a project");
  await bystanderIsServed(daemon);
  return `426 for ${types.length} kinds of POST`;
}

async function post(
  socketPath: string,
  body: string,
  headers: Record<string, string>,
): Promise<number | undefined> {
  const sent = httpRequest({ socketPath, path: "/v1", method: "POST", headers });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  return response.statusCode;
}

export const handshakeAttacks: readonly Attack[] = [
  { name: "any method without initialize", run: withoutInitialize },
  { name: "an introduction as the daemon itself", run: asTheDaemon },
  {
    name: "an Origin of a web page, or null",
    run: refusing(
      403,
      origins.map((origin) => ({ headers: { origin } })),
    ),
  },
  {
    name: "a foreign Host, as after DNS rebinding",
    run: refusing(
      403,
      hosts.map((host) => ({ headers: { host } })),
    ),
  },
  {
    name: "another path",
    run: refusing(
      404,
      paths.map((url) => ({ url })),
    ),
  },
  { name: "plain HTTP, as a form or a page posts it", run: plainHttp },
];
