import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { residentMb } from "../../process-figures.ts";
import { RawSocket, request } from "../../raw-socket.ts";
import type { Attack, Ground } from "../attack.ts";
import { assertRefused, bystanderIsServed } from "./bystander.ts";

const mebibyte = 1024 * 1024;
/** What an attack may cost the daemon in memory. */
const memoryMb = 150;

/** Runs an attack on one connection; fails when others notice or the daemon's memory grows. */
function onOneConnection(attack: (raw: RawSocket, ground: Ground) => Promise<string>) {
  return async (ground: Ground): Promise<string> => {
    const daemon = await ground.daemon();
    const before = residentMb(daemon.pid);
    await using raw = await RawSocket.open(daemon.paths.socket);
    const how = await attack(raw, ground);
    const grown = residentMb(daemon.pid) - before;
    assert.ok(grown < memoryMb, `the daemon grew by ${Math.round(grown)} MB`);
    await bystanderIsServed(daemon);
    return how;
  };
}

/** Fails when the daemon answers instead of closing the connection with this code. */
async function assertClosed(raw: RawSocket, code: number): Promise<void> {
  const answer = raw.next().then(
    (frame) => `the answer ${JSON.stringify(frame)}`,
    () => raw.closed,
  );
  assert.equal(await answer, code);
}

const hugeFrame = onOneConnection(async (raw) => {
  raw.send(`"${"x".repeat(64 * mebibyte)}"`);
  await assertClosed(raw, 1009);
  return "the connection ends with 1009";
});

const hugeInFragments = onOneConnection(async (raw) => {
  const piece = Buffer.alloc(mebibyte, 0x20);
  for (let at = 0; at < 64; at += 1) raw.socket.send(piece, { fin: false, binary: false });
  await assertClosed(raw, 1009);
  return "the connection ends with 1009";
});

const manyFragments = onOneConnection(async (raw) => {
  for (let at = 0; at < 200_000; at += 1) raw.socket.send(" ", { fin: false });
  await assertClosed(raw, 1008);
  return "the connection ends with 1008";
});

const deepJson = onOneConnection(async (raw) => {
  const deep = 100_000;
  const texts = [
    "[".repeat(deep) + "]".repeat(deep),
    `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`,
    `{"jsonrpc":"2.0","id":1,"method":"task/list","params":{"x":${"[".repeat(deep)}${"]".repeat(deep)}}}`,
    "[".repeat(4 * mebibyte - 1),
  ];
  for (const text of texts) assertRefused(await raw.ask(text), "invalidRequest");
  const shallow = "[".repeat(60) + "]".repeat(60);
  const text = `{"jsonrpc":"2.0","id":1,"method":"task/list","params":{"x":${shallow}}}`;
  assert.ok((await raw.ask(text)).result, "64 levels are taken");
  return `${texts.length} texts are refused unparsed`;
});

const hugeBatch = onOneConnection(async (raw) => {
  const call = '{"jsonrpc":"2.0","method":"a"}';
  const batches = [`[${"1,".repeat(999_999)}1]`, `[${`${call},`.repeat(100_000)}${call}]`];
  for (const batch of batches) assertRefused(await raw.ask(batch), "invalidRequest");
  const thousand = Array.from({ length: 1000 }, (_, id) => request("task/list", {}, id));
  assert.equal((await raw.askBatch(thousand)).length, 1000);
  return "one error each; a thousand are answered";
});

const prototypes = onOneConnection(async (raw) => {
  const evil = '{"limit":1,"polluted":"yes","isAdmin":true}';
  const keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];
  for (const key of keys) {
    const params = `{"${key}":${evil},"constructor":{"prototype":${evil}}}`;
    const text = (id: string, method: string) =>
      `{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${params},"${key}":${evil}}`;
    assertRefused(await raw.ask(text("a", key)), "methodNotFound");
    const answer = await raw.ask(text("b", "task/list"));
    assert.deepEqual(Object.keys(answer.result ?? {}), ["data", "nextCursor"]);
  }
  const answer = await raw.ask('{"__proto__":{"jsonrpc":"2.0","id":1,"method":"daemon/status"}}');
  assertRefused(answer, "invalidRequest");
  return `${keys.length} names, as methods and as keys`;
});

const notUnicode = onOneConnection(async (raw, ground) => {
  const { id } = (await ground.project()).project;
  const create = (title: string) =>
    `{"jsonrpc":"2.0","id":1,"method":"task/create","params":{"projectId":"${id}","title":"${title}"}}`;
  assertRefused(await raw.ask(create("\\ud83d half")), "invalidParams");
  assert.ok((await raw.ask(create("\\ud83e\\uddf5 whole"))).result, "whole characters are taken");
  raw.socket.send(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), { binary: false });
  await assertClosed(raw, 1007);
  return "half characters are refused, other bytes end the connection";
});

const pingRounds = 40;

const pings = onOneConnection(async (raw, ground) => {
  const daemon = await ground.daemon();
  raw.socket.pause();
  const text = "x".repeat(125);
  for (let round = 0; round < pingRounds; round += 1) {
    for (let at = 0; at < 5_000; at += 1) raw.socket.ping(text);
    await bystanderIsServed(daemon);
  }
  assert.ok(daemon.log().includes('"slow client cut"'), "the answers pile up");
  raw.socket.resume();
  await raw.closed;
  return "who pings and does not read is cut";
});

/** A compressed frame, which was not agreed on: it could hold a thousand times its size. */
async function compressed(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const connection = createConnection(daemon.paths.socket);
  const key = Buffer.alloc(16, 1).toString("base64");
  const offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  connection.write(
    `GET /v1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n${offer}\r\n`,
  );
  const [head] = (await once(connection, "data")) as [Buffer];
  assert.match(String(head), /101 Switching/);
  assert.doesNotMatch(String(head), /permessage-deflate/i);
  // FIN and RSV1, a masked text of one byte.
  connection.write(Buffer.from([0xc1, 0x81, 0, 0, 0, 0, 0]));
  const [answer] = (await once(connection, "data")) as [Buffer];
  assert.deepEqual([...answer.subarray(0, 4)], [0x88, answer[1], 0x03, 0xea], "1002 was expected");
  connection.destroy();
  await bystanderIsServed(daemon);
  return "compression is not agreed on, and ends the connection";
}

async function unfinished(ground: Ground): Promise<string> {
  const daemon = await ground.daemon();
  const connections = Array.from({ length: 200 }, () => createConnection(daemon.paths.socket));
  for (const connection of connections) {
    connection.on("error", () => {});
    connection.write("GET /v1 HTTP/1.1\r\nHost: local");
  }
  await bystanderIsServed(daemon);
  for (const connection of connections) connection.destroy();
  return "200 handshakes that do not end hold up nobody";
}

export const frameAttacks: readonly Attack[] = [
  { name: "a frame of 64 MiB", run: hugeFrame },
  { name: "a message of 64 MiB in fragments", run: hugeInFragments },
  { name: "a message of 200,000 fragments", run: manyFragments },
  { name: "JSON that is nested 100,000 deep", run: deepJson },
  { name: "a batch of a million", run: hugeBatch },
  { name: "__proto__, constructor and the like, as methods and keys", run: prototypes },
  { name: "text that is not Unicode", run: notUnicode },
  { name: "a flood of pings whose answers are not read", run: pings },
  { name: "a compressed frame", run: compressed },
  { name: "handshakes that do not end", run: unfinished },
];
