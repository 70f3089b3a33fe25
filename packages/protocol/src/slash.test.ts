import { describe, expect, test } from "vitest";
import * as z from "zod";
import { newId, ThreadId } from "./ids.ts";
import { registry } from "./registry.ts";
import { parseSlash, slashCommands, slashUsage } from "./slash.ts";
import { SlashCommand } from "./slash-command.ts";

const commands = slashCommands.map((one) => SlashCommand.parse(one));
const calling = commands.flatMap((one) => (one.method === null ? [] : [[one.name, one] as const]));

/** What a method takes, and what it needs. */
function paramsOf(method: string): { known: string[]; needed: string[] } {
  const spec = registry[method];
  if (spec === undefined) throw new Error(`there is no method ${method}`);
  const { properties = {}, required = [] } = z.toJSONSchema(spec.params, { io: "input" });
  return { known: Object.keys(properties), needed: required };
}

describe.each(calling)("/%s", (_name, { method, params, arguments: args, reads, alone }) => {
  test("gives its method all that it needs, and nothing that it does not know", () => {
    const filled = args.flatMap(({ param }) => (param === null ? [] : [param]));
    const given = [...Object.keys(params), ...filled, ...reads.map(({ param }) => param)];
    const { known, needed } = paramsOf(method ?? "");
    expect(known).toEqual(expect.arrayContaining(given));
    const taken = args.some(({ param }) => param === null) ? ["path", "start"] : [];
    expect([...given, ...taken]).toEqual(expect.arrayContaining(needed));
  });

  test("reads from methods that there are, and calls one with nothing behind it", () => {
    for (const read of reads) expect(paramsOf(read.method).known).toBeDefined();
    if (alone === null) return;
    const opened = JSON.parse(
      JSON.stringify(alone.params).replaceAll("$threadId", newId(ThreadId)),
    );
    expect(registry[alone.method]?.params.safeParse(opened)).toMatchObject({ success: true });
  });
});

test("no two commands have one name", () => {
  const names = slashCommands.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ["/plan", "plan", ""],
  ["  /plan  fix it\nall of it ", "plan", "fix it\nall of it"],
  ["/PLAN-MODE on", "plan-mode", "on"],
])("%j asks for %s with %j", (line, name, rest) => {
  expect(parseSlash(line)).toMatchObject({ command: { name }, rest });
});

test("what is no command is told with its neighbours, and a path is none", () => {
  expect(parseSlash("/planning")).toEqual({ unknown: "planning", near: ["plan", "plan-mode"] });
  expect(parseSlash("/usr/bin/env is where?")).toBeUndefined();
  expect(parseSlash("plan it")).toBeUndefined();
});

test("a usage line marks what may be left out", () => {
  const comment = slashCommands.find(({ name }) => name === "comment");
  expect(comment && slashUsage(comment)).toBe("/comment <path:line> <text>");
  const fork = slashCommands.find(({ name }) => name === "fork");
  expect(fork && slashUsage(fork)).toBe("/fork [turn]");
});
