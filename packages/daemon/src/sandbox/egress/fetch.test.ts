import { createServer } from "node:http";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { EgressFixture } from "./egress-fixture.test.support.ts";
import { fetchBy } from "./fetch.ts";
import { Routes } from "./routes.ts";

test.each([
  ["before its first byte was read", async () => {}],
  [
    "while it is read",
    async (body: ReadableStream<Uint8Array>) => {
      const reader = body.getReader();
      await reader.read();
      reader.releaseLock();
    },
  ],
])("a response that is given up %s lets its connection go", async (_, read) => {
  await using fixture = await EgressFixture.open(() => undefined);
  const connections: Socket[] = [];
  const server = createServer((_request, response) => {
    response.write("event: one\n\n");
  });
  server.on("connection", (socket) => connections.push(socket));
  const host = await fixture.serve("events.example.org", server);
  using routes = new Routes(fixture.network);

  const { body } = await fetchBy(routes)(`http://${host}/`);
  if (body === null) throw new Error("the server answers with a body");
  await read(body);
  await body.cancel();

  await expect.poll(() => connections.map(({ destroyed }) => destroyed)).toEqual([true]);
});
