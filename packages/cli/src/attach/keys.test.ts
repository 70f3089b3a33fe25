import { expect, test } from "vitest";
import { actionOf } from "./keys.ts";

test.each([
  ["\x0b", "menu", "a plain Ctrl+K"],
  ["\x1b[107;5u", "menu", "Ctrl+K by the kitty protocol"],
  ["\x1b[27;5;107~", "menu", "Ctrl+K by modifyOtherKeys"],
  ["\x1b[107;9u", "menu", "Cmd+K"],
  ["\x1b[109;5u", "sidebar", "Ctrl+M by the kitty protocol"],
  ["\x1b[27;5;109~", "sidebar", "Ctrl+M by modifyOtherKeys"],
  ["\x1b[106;5u", "history", "Ctrl+J by the kitty protocol"],
  ["\x1b[27;5;106~", "history", "Ctrl+J by modifyOtherKeys"],
  ["\x1b[Z", "planMode", "Shift+Tab"],
  ["\x1b[9;2u", "planMode", "Shift+Tab by the kitty protocol"],
  ["\x1b\r", "steer", "Alt+Enter"],
  ["\x1b[13;3u", "steer", "Alt+Enter by the kitty protocol"],
  ["\x1b", "escape", "Esc"],
  ["\x1b[27u", "escape", "Esc by the kitty protocol"],
  ["\x03", "clear", "Ctrl+C"],
  ["\x1b[99;5u", "clear", "Ctrl+C by the kitty protocol"],
  ["\x04", "detach", "Ctrl+D"],
])("%j means %s: %s", (data, action) => {
  expect(actionOf(data)).toBe(action);
});

test.each([
  ["\r", "Enter, which is also Ctrl+M on a plain terminal"],
  ["\x1b[13u", "Enter by the kitty protocol"],
  ["\x1b[27;1;13~", "Enter by modifyOtherKeys"],
  ["\n", "Ctrl+J on a plain terminal, which is a new line"],
  ["\x1b[13;2u", "Shift+Enter, which is a new line"],
  ["\x1b[109;5:3u", "a key that is let go"],
  ["m", "a letter"],
])("%j is the composer's: %s", (data) => {
  expect(actionOf(data)).toBeUndefined();
});
