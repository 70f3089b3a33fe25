import { once } from "node:events";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@heddle/protocol/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { listen } from "./socket.ts";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-socket-"));
  path = join(root, "run", "s");
});
afterEach(() => rmSync(root, { recursive: true }));

const open = (maxClients = 100) =>
  listen(path, {
    accept: (socket) => void socket.on("error", () => {}),
    log: () => {},
    maxClients,
  });

function dial(): WebSocket {
  const socket = new WebSocket(`ws+unix://${path}:/v1`);
  socket.on("error", () => {});
  return socket;
}

test("one client more than there is room for is told so, and taken once another has gone", async () => {
  await using _ = await open(1);
  const first = dial();
  await once(first, "open");
  const refused = connect({
    socketPath: path,
    client: { name: "second", kind: "script" },
    reconnectForMs: 0,
  });
  await expect(refused).rejects.toMatchObject({
    kind: "overloaded",
    message: expect.stringContaining("close some"),
  });
  first.close();
  await once(first, "close");
  const third = dial();
  await once(third, "open");
  third.terminate();
});

test("a directory that others can enter is closed to them", async () => {
  mkdirSync(join(root, "run"));
  chmodSync(join(root, "run"), 0o775);
  await using _ = await open();
  expect(statSync(join(root, "run")).mode & 0o777).toBe(0o700);
});

test("a link in the socket's place is replaced, and what it leads to stays", async () => {
  mkdirSync(join(root, "run"));
  const target = join(root, "precious");
  writeFileSync(target, "text");
  symlinkSync(target, path);
  await using _ = await open();
  expect(statSync(path).isSocket()).toBe(true);
  expect(readFileSync(target, "utf8")).toBe("text");
});

test.each([
  ["a link to a directory", () => symlinkSync(root, join(root, "run"))],
  ["a file", () => writeFileSync(join(root, "run"), "")],
])("%s is not taken for the socket's directory", async (_, make) => {
  make();
  await expect(open()).rejects.toMatchObject({ kind: "invalidConfig" });
});

test("a directory in the socket's place is left alone", async () => {
  mkdirSync(path, { recursive: true });
  await expect(open()).rejects.toMatchObject({
    kind: "invalidConfig",
    message: expect.stringContaining("remove it"),
  });
});
