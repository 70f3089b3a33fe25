import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isOwn, mark, removeOwn, writeOwn } from "./files.ts";

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "heddle-files-"));
  path = join(root, "units", "u");
});
afterEach(() => rmSync(root, { recursive: true }));

test("what is written can be written again, and is removed whole", () => {
  writeOwn(path, `# ${mark}\none\n`);
  writeOwn(path, `# ${mark}\ntwo\n`);
  expect(readFileSync(path, "utf8")).toBe(`# ${mark}\ntwo\n`);
  expect(readdirSync(join(root, "units"))).toEqual(["u"]);
  expect(isOwn(path)).toBe(true);
  expect([removeOwn(path), removeOwn(path)]).toEqual([true, false]);
  expect(readdirSync(join(root, "units"))).toEqual([]);
});

test("a file of somebody else is neither replaced nor removed", () => {
  writeOwn(path, mark);
  writeFileSync(path, "mine\n");
  expect(() => writeOwn(path, mark)).toThrow(`${path} was not written by heddle`);
  expect(() => removeOwn(path)).toThrow(`${path} was not written by heddle`);
  expect(readFileSync(path, "utf8")).toBe("mine\n");
});
