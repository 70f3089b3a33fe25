import { expect, test } from "vitest";
import { setTomlValue } from "./toml-edit.ts";

const set = (text: string, value = '"a/b"') => setTomlValue(text, ["models", "main"], value);

test("an empty file gets the table", () => {
  expect(set("")).toBe('[models]\nmain = "a/b"\n');
});

test("a file without the table gets it at its end, and keeps the rest byte for byte", () => {
  const text = '# mine\n[providers.x]\nbase_url = "http://h/v1" # here\n';
  expect(set(text)).toBe(`${text}\n[models]\nmain = "a/b"\n`);
});

test("a table without the key gets it as its first", () => {
  const text = '[models] # which\n# for speed\nfast = "c/d"\n\n[threads]\nmax_running = 2\n';
  expect(set(text)).toBe(text.replace("which\n", 'which\nmain = "a/b"\n'));
});

test("a value is replaced, and the comment behind it stays", () => {
  const text = '[models]\n# the best\nmain = "c/d"   # for now\nfast = "e/f"\n';
  expect(set(text, '{ model = "a/b", effort = "low" }')).toBe(
    text.replace('"c/d"', '{ model = "a/b", effort = "low" }'),
  );
});

test("a file whose last line is not ended stays so", () => {
  expect(set('[models]\nfast = "c/d"')).toBe('[models]\nmain = "a/b"\nfast = "c/d"');
});

test("a table is replaced by a name", () => {
  expect(set('[models]\nmain = { model = "c/d", effort = "high" }\n')).toBe(
    '[models]\nmain = "a/b"\n',
  );
});

test("a # within a value is no comment", () => {
  expect(set('[models]\nmain = "c/d#1"\n')).toBe('[models]\nmain = "a/b"\n');
});

test.each([
  ["a table within one line", 'models = { main = "c/d" }\n'],
  ["a dotted key", 'models.main = "c/d"\n'],
  ["a table of its own", '[models.main]\nmodel = "c/d"\n'],
  ["a value over several lines", '[models]\nmain = """c/\nd"""\n'],
  ["a header within a text", 'about = """\n[models]\n"""\n'],
])("%s is not touched, but refused", (_, text) => {
  expect(set(text)).toBeUndefined();
});
