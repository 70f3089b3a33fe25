import { expect, test } from "vitest";
import { registry } from "./registry.ts";
import { parseSlash, slashCommands, slashUsage } from "./slash.ts";

test("every slash command calls a method that there is, or none", () => {
  const methods = slashCommands.map(({ method }) => method).filter((method) => method !== null);
  expect(methods.filter((method) => !Object.hasOwn(registry, method))).toEqual([]);
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
