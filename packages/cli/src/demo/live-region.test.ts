import { expect, test } from "vitest";
import { LiveRegion } from "./live-region.ts";

function output(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 40, written, write: (text: string) => written.push(text) };
}

test("text is appended above the lines, which are erased and drawn again in one write", () => {
  const out = output(true);
  const region = new LiveRegion(out, (width) => ["one", `two of ${width}`]);
  region.refresh();
  region.append("text\n");
  expect(out.written).toEqual(["one\ntwo of 40\n", "\x1b[2A\x1b[Jtext\none\ntwo of 40\n"]);
});

test("at the end the lines are gone, and text is appended plainly", () => {
  const out = output(true);
  const region = new LiveRegion(out, () => ["line"]);
  region.refresh();
  region[Symbol.dispose]();
  region.refresh();
  region.append("after\n");
  expect(out.written).toEqual(["line\n", "\x1b[1A\x1b[J", "after\n"]);
});

test("without a terminal there is nothing but the appended text", () => {
  const out = output(false);
  using region = new LiveRegion(out, () => ["line"]);
  region.refresh();
  region.append("text\n");
  expect(out.written).toEqual(["text\n"]);
});
