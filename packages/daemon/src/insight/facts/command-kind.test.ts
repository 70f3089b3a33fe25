import { expect, test } from "vitest";
import { kindOfCommand, kindOfName } from "./command-kind.ts";

test.each([
  ["test", "test"],
  ["test:unit", "test"],
  ["typecheck", "types"],
  ["lint", "lint"],
  ["check:style", "lint"],
  ["build", "build"],
  ["check", "check"],
  ["latest", undefined],
  ["contest", undefined],
  ["start", undefined],
])("a script called %s is for %s", (name, kind) => {
  expect(kindOfName(name)).toBe(kind);
});

test.each([
  ["npm test", "test"],
  ["npm run lint", "lint"],
  ["make -j4 check", "check"],
  ["python -m pytest -x", "test"],
  ["go test ./...", "test"],
  ["cargo clippy --all", "lint"],
  ["npx tsc --noEmit", "types"],
  ["npm ci", undefined],
  ["pip install pytest", undefined],
  ["echo go test", undefined],
  ["sudo apt-get install tox", undefined],
])("the command `%s` is for %s", (command, kind) => {
  expect(kindOfCommand(command)).toBe(kind);
});
