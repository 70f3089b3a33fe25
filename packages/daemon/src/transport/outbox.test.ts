import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { lazyFrame, Outbox, textFrame } from "./outbox.ts";
import { connectPair, type SocketPair } from "./socket-fixture.test.support.ts";

const mebibyte = 1024 * 1024;
const notice = (text: string) => textFrame(JSON.stringify(text));
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function open(): Promise<{ pair: SocketPair; outbox: Outbox; cut: number[] }> {
  const cut: number[] = [];
  const made = Promise.withResolvers<Outbox>();
  const pair = await connectPair((socket, stream) => {
    const outbox = new Outbox(socket, stream, (bytes) => cut.push(bytes));
    socket.on("close", () => outbox.close());
    made.resolve(outbox);
  });
  return { pair, outbox: await made.promise, cut };
}

describe("streamed text", () => {
  /** 64 Ki units of text, of which each becomes six bytes. */
  const text = "\0".repeat(64 * 1024);
  const burst = (outbox: Outbox, frames: number, made: () => void = () => {}) => {
    for (let count = 0; count < frames; count += 1) {
      outbox.push(
        lazyFrame(text.length, () => {
          made();
          return JSON.stringify(text);
        }),
      );
    }
  };

  test("of 6 MiB of JSON at once cuts no client that reads", async () => {
    const { pair, outbox, cut } = await open();
    await using _ = pair;
    burst(outbox, 16);
    for (let count = 0; count < 16; count += 1) expect(await pair.next()).toBe(text);
    expect(cut).toEqual([]);
  });

  test("is made into frames no sooner than the client takes them, and once for all", async () => {
    const { pair, outbox } = await open();
    await using _ = pair;
    pair.client.pause();
    let made = 0;
    burst(outbox, 60, () => {
      made += 1;
    });
    await settle();
    expect(made).toBeLessThan(10);
    const shared = lazyFrame(1, () => `"${++made}"`);
    expect(shared.bytes()).toBe(shared.bytes());
  });
});

describe("a client that does not read", () => {
  test("is cut once 4 MiB are unsent, and not before", async () => {
    const { pair, outbox, cut } = await open();
    await using _ = pair;
    pair.client.pause();
    const frame = notice("x".repeat(mebibyte / 4));
    for (let count = 0; count < 15; count += 1) outbox.push(frame);
    await settle();
    expect(cut).toEqual([]);
    for (let count = 0; count < 6; count += 1) outbox.push(frame);
    expect(cut).toEqual([expect.any(Number)]);
    expect(cut[0]).toBeGreaterThan(4 * mebibyte);
    expect(cut[0]).toBeLessThan(5 * mebibyte);
    pair.client.resume();
    await once(pair.client, "close");
  });

  test("is cut for what is held back, too", async () => {
    const { pair, outbox, cut } = await open();
    await using _ = pair;
    using _held = outbox.hold();
    const frame = notice("x".repeat(mebibyte));
    for (let count = 0; count < 4; count += 1) outbox.push(frame);
    expect(cut).toHaveLength(1);
    await once(pair.client, "close");
    expect(pair.received).toEqual([]);
  });

  test("has no answers made for it but for those that fit, and they end with it", async () => {
    const { pair, outbox, cut } = await open();
    await using _ = pair;
    pair.client.pause();
    let made = 0;
    const answers = Array.from({ length: 64 }, () =>
      outbox.answer(() => {
        made += 1;
        return JSON.stringify("x".repeat(mebibyte / 2));
      }),
    );
    await settle();
    expect(made).toBeLessThan(6);
    expect(cut).toEqual([]);
    pair.server.terminate();
    await Promise.all(answers);
    expect(made).toBeLessThan(6);
  });
});

test("64 large answers at once reach a client that reads, in their order", async () => {
  const { pair, outbox, cut } = await open();
  await using _ = pair;
  for (let count = 0; count < 64; count += 1) {
    void outbox.answer(() => JSON.stringify([count, "x".repeat(mebibyte / 2)]));
  }
  for (let count = 0; count < 64; count += 1) {
    expect(await pair.next()).toEqual([count, expect.any(String)]);
  }
  expect(cut).toEqual([]);
});

test("an answer that cannot be made holds up none behind it", async () => {
  const { pair, outbox } = await open();
  await using _ = pair;
  pair.client.pause();
  const full = Array.from({ length: 6 }, () =>
    outbox.answer(() => JSON.stringify("x".repeat(mebibyte))),
  );
  const failed = outbox.answer(() => {
    throw new Error("not JSON");
  });
  const last = outbox.answer(() => '"last"');
  pair.client.resume();
  await expect(failed).rejects.toThrow("not JSON");
  await Promise.all([...full, last]);
  for (let count = 0; count < 6; count += 1) await pair.next();
  expect(await pair.next()).toBe("last");
});

test("notices that are held back follow the answer, in their order", async () => {
  const { pair, outbox } = await open();
  await using _ = pair;
  {
    using _held = outbox.hold();
    outbox.push(notice("first"));
    outbox.push(notice("second"));
    await outbox.answer(() => '"answer"');
  }
  outbox.push(notice("third"));
  for (const text of ["answer", "first", "second", "third"]) expect(await pair.next()).toBe(text);
});

test("frames of one turn of the event loop reach the socket in one write, in their order", async () => {
  const flushes: number[] = [];
  const made = Promise.withResolvers<Outbox>();
  await using pair = await connectPair((socket, stream) => {
    const gathering = {
      cork: () => stream.cork(),
      uncork: () => {
        flushes.push(stream.writableLength);
        stream.uncork();
      },
    };
    made.resolve(new Outbox(socket, gathering, () => {}));
  });
  const outbox = await made.promise;
  for (const text of ["a", "b", "c"]) outbox.push(notice(text));
  for (const text of ["a", "b", "c"]) expect(await pair.next()).toBe(text);
  expect(flushes).toEqual([15]);
});
