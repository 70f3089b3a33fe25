import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { expect, test } from "vitest";
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
  await using server = createServer((_request, response) => {
    response.write("event: one\n\n");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  using routes = new Routes({
    hosts: [`127.0.0.1:${port}`],
    allows: () => true,
    onChange: () => ({ [Symbol.dispose]: () => {} }),
    dial: async ({ name, port: at }) => {
      const socket = connect(at, name);
      await once(socket, "connect");
      sockets.push(socket);
      return socket;
    },
    log: () => {},
  });

  const { body } = await fetchBy(routes)(`http://127.0.0.1:${port}/`);
  if (body === null) throw new Error("the server answers with a body");
  await read(body);
  await body.cancel();

  await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
});
