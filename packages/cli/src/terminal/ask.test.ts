import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Keyboard } from "./ask.ts";

function streams() {
  return { input: new PassThrough(), output: new PassThrough() };
}

test("a question gets the next line", async () => {
  const { input, output } = streams();
  using keyboard = new Keyboard({ input, output });
  const answer = keyboard.ask("allow it? ");
  await once(output, "data");
  input.write("yes\n");
  expect(await answer).toBe("yes");
});

test("what was typed before the question was seen does not answer it", async () => {
  const { input, output } = streams();
  using keyboard = new Keyboard({ input, output });
  input.write("y\n");
  const answer = keyboard.ask("allow it? ");
  await once(output, "data");
  input.write("no\n");
  expect(await answer).toBe("no");
});

test("the end of the input answers nothing", async () => {
  const { input, output } = streams();
  using keyboard = new Keyboard({ input, output });
  const answer = keyboard.ask("allow it? ");
  await once(output, "data");
  input.end();
  expect(await answer).toBeUndefined();
});

test("an input that ended before the question answers nothing", async () => {
  const { input, output } = streams();
  using keyboard = new Keyboard({ input, output });
  input.end();
  expect(await keyboard.ask("allow it? ")).toBeUndefined();
  expect(await keyboard.ask("and this? ")).toBeUndefined();
});

test("a question is withdrawn when somebody else answered", async () => {
  const { input, output } = streams();
  using keyboard = new Keyboard({ input, output });
  const elsewhere = new AbortController();
  const answer = keyboard.ask("allow it? ", elsewhere.signal);
  await once(output, "data");
  elsewhere.abort(new Error("answered elsewhere"));
  await expect(answer).rejects.toThrow("answered elsewhere");
});

test("lines that answer no question go where they are wanted", async () => {
  const { input, output } = streams();
  const { promise, resolve } = Promise.withResolvers<string>();
  using _ = new Keyboard({ input, output, onLine: resolve });
  input.write("also update the docs\n");
  expect(await promise).toBe("also update the docs");
});
