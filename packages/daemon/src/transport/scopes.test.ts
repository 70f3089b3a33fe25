import { expect, test } from "vitest";
import { Scopes } from "./scopes.ts";

/** A call that ends when it is told to. */
function call(log: string[], name: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    return await promise;
  };
  return { run, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

/** Lets everything happen that waits for nothing else. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("calls of one scope run one after another, in the order in which they came", async () => {
  const scopes = new Scopes();
  const log: string[] = [];
  const [first, second] = [call(log, "first"), call(log, "second")];
  const results = [scopes.run("global", first.run), scopes.run("global", second.run)];
  await settle();
  expect(log).toEqual(["first begins"]);
  first.end();
  await settle();
  expect(log).toEqual(["first begins", "second begins"]);
  second.end();
  expect(await Promise.all(results)).toEqual(["first", "second"]);
});

test("scopes run beside each other", async () => {
  const scopes = new Scopes();
  const log: string[] = [];
  const [one, two] = [call(log, "one"), call(log, "two")];
  const results = [scopes.run("thread:1", one.run), scopes.run("thread:2", two.run)];
  await settle();
  expect(log).toEqual(["one begins", "two begins"]);
  one.end();
  two.end();
  await Promise.all(results);
});

test("a call without a scope waits for nothing, not even for others of its kind", async () => {
  const scopes = new Scopes();
  const log: string[] = [];
  const [one, two] = [call(log, "one"), call(log, "two")];
  const results = [scopes.run("none", one.run), scopes.run("none", two.run)];
  await settle();
  expect(log).toEqual(["one begins", "two begins"]);
  one.end();
  two.end();
  await Promise.all(results);
});

test("a call that fails fails for its caller, and does not hold up the next one", async () => {
  const scopes = new Scopes();
  const log: string[] = [];
  const [bad, good] = [call(log, "bad"), call(log, "good")];
  const failed = expect(scopes.run("global", bad.run)).rejects.toThrow("bad");
  const succeeded = scopes.run("global", good.run);
  bad.fail();
  good.end();
  await failed;
  expect(await succeeded).toBe("good");
});
