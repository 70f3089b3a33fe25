import { expect, test } from "vitest";
import { makeRepository } from "../../os/repository-fixture.test.support.ts";
import { measureChange } from "./measure.ts";

type Content = string | Buffer | undefined;

/** The lines that one file counts for when its content becomes another. */
async function measured(before: Content, after: Content): Promise<[number, number]> {
  using it = await makeRepository(before === undefined ? undefined : { "f.js": String(before) });
  const from = it.git("rev-parse", "HEAD");
  if (after === undefined) it.git("rm", "-q", "f.js");
  const to = it.commit("then", after === undefined ? {} : { "f.js": after });
  const change = await measureChange(it.checkout.gitDir, from, to);
  expect(change.map(({ path }) => path)).toEqual(["f.js"]);
  return [change[0]?.added ?? 0, change[0]?.deleted ?? 0];
}

const lines = (count: number, end = "\n") =>
  Array.from({ length: count }, (_, at) => `line ${at}${end}`).join("");
const long = (letter: string) => `${letter.repeat(30_000)}\n`;

test.each<[string, Content, Content, [number, number]]>([
  ["lines that are added", lines(3), lines(5), [2, 0]],
  ["lines that are replaced", "a\nb\nc\n", "a\nx\nc\n", [1, 1]],
  ["a new file without a line", undefined, "", [1, 0]],
  ["an empty file that is deleted", "", undefined, [0, 1]],
  ["a long line that becomes another of its length", long("a"), long("b"), [75, 75]],
  ["a long line that becomes a short one", long("a"), "a\n", [1, 75]],
  ["a long line among others", lines(5), `${lines(5)}${"x".repeat(4_000)}\n`, [10, 0]],
  ["many lines that are rather long", undefined, `${"x".repeat(599)}\n`.repeat(10), [14, 0]],
  ["lines that end with a carriage return alone", undefined, lines(200, "\r"), [200, 0]],
  ["lines that end with both", undefined, lines(20, "\r\n"), [20, 0]],
  ["a line that ends otherwise than before", "a\rb\rc\n", "a\rx\rc\n", [3, 3]],
  ["what git calls binary", undefined, Buffer.from(`\0${lines(60)}`), [61, 0]],
])("%s", async (_, before, after, counted) => {
  expect(await measured(before, after)).toEqual(counted);
});

test("a file that only becomes executable counts as a file, and no line of it", async () => {
  using it = await makeRepository({ "a.sh": "echo\n" });
  const from = it.git("rev-parse", "HEAD");
  it.git("update-index", "--chmod=+x", "a.sh");
  it.git("commit", "-q", "-m", "then");
  const change = await measureChange(it.checkout.gitDir, from, it.git("rev-parse", "HEAD"));
  expect(change).toEqual([{ path: "a.sh", kind: "update", added: 0, deleted: 0 }]);
});
