import { expect, test } from "vitest";
import { UnreadOutput } from "./unread-output.ts";

test("what fits is given whole and once, also where a chunk cuts a character", () => {
  const unread = new UnreadOutput();
  const bytes = Buffer.from("aé€😀".repeat(30_000));
  for (let at = 0; at < bytes.length; at += 7919) unread.add(bytes.subarray(at, at + 7919));
  const text = bytes.toString();
  expect(unread.take()).toEqual({ text, bytes: bytes.length, whole: true });
  expect(unread.take()).toEqual({ text: "", bytes: 0, whole: true });
});

test("half a character waits for its other half", () => {
  const unread = new UnreadOutput();
  const [first, second] = [Buffer.from("€").subarray(0, 1), Buffer.from("€").subarray(1)];
  unread.add(first);
  expect(unread.take().text).toBe("");
  unread.add(second);
  expect(unread.take().text).toBe("€");
});

test("of what is long both ends are given, and how much is missing", () => {
  const unread = new UnreadOutput();
  const lines = Array.from({ length: 200_000 }, (_, at) => `${at}\n`).join("");
  const bytes = Buffer.from(lines);
  for (let at = 0; at < bytes.length; at += 65_536) unread.add(bytes.subarray(at, at + 65_536));
  const { text, whole, bytes: total } = unread.take();
  const left = bytes.length - (128 + 256) * 1024;
  const note = `\n… ${left} bytes left out …\n`;
  const ends = [lines.slice(0, 128 * 1024), lines.slice(-256 * 1024)];
  expect(text === ends.join(note)).toBe(true);
  expect({ whole, total }).toEqual({ whole: false, total: bytes.length });
});

test("one enormous chunk is cut like many", () => {
  const unread = new UnreadOutput();
  unread.add(Buffer.from(`head${"x".repeat(3_000_000)}tail`));
  const { text } = unread.take();
  expect([text.startsWith("head"), text.endsWith("tail")]).toEqual([true, true]);
});
