import { expect, test } from "vitest";
import { Command } from "./command.ts";
import { limits } from "./limits.ts";

const host = { signal: () => {}, stuck: () => {}, background: () => {}, hold: () => {} };

test("a command that is lost with its box says so", async () => {
  const command = new Command(host, 60_000);
  command.lose();
  expect(await command.exited).toEqual({ exitCode: undefined, reason: "boxLost" });
});

test("a command for whose sake the box was ended says why it was to end", async () => {
  const command = new Command(host, 60_000);
  command.push(Buffer.alloc(limits.outputBytes + 1));
  command.lose();
  expect(await command.exited).toEqual({ exitCode: undefined, reason: "outputLimit" });
});
