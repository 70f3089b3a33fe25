import { expect, test } from "vitest";
import { lineOf } from "./toml-lines.ts";

const text = `# The file of an ordinary user.
[providers.local]
base_url = "http://127.0.0.1:1/v1"
api_key_env = "KEY"

[providers."my server"]
base_url = "http://127.0.0.1:2/v1"

[models]
main = "local/m"
threads.max_running = 3
`;

test.each([
  [["providers", "local", "base_url"], 3],
  [["providers", "local", "api_key_env"], 4],
  [["providers", "my server", "base_url"], 7],
  [["models", "main"], 10],
])("the line of %s is where it is set", (path, line) => {
  expect(lineOf(text, path)).toBe(line);
});

test.each([
  [["providers", "local", "wire_api"], 2],
  [["providers", "my server", "api_key_env"], 6],
  [["models"], 9],
])("the line of %s, which is not set, is that of the table around it", (path, line) => {
  expect(lineOf(text, path)).toBe(line);
});

test("a dotted key is found by its whole path", () => {
  expect(lineOf(text, ["models", "threads", "max_running"])).toBe(11);
});

test("quoted keys may hold points, brackets and quotes", () => {
  const targets = `[dependencies]
a = "1"

[target."cfg(all(target_env = \\"musl\\", x = \\"6.4\\"))".dependencies.jemallocator]
version = "0.3.0"

[target.'cfg(any[1])'.dependencies]
"b.c" = "2"
`;
  const musl = 'cfg(all(target_env = "musl", x = "6.4"))';
  expect(lineOf(targets, ["target", musl, "dependencies", "jemallocator"])).toBe(4);
  expect(lineOf(targets, ["target", "cfg(any[1])", "dependencies", "b.c"])).toBe(8);
});

test("what stands nowhere is on the first line", () => {
  expect(lineOf(text, ["sandbox", "allow_root"])).toBe(1);
  expect(lineOf("", ["models"])).toBe(1);
});
