import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Notice } from "./model/notice.ts";
import { Notices } from "./notices.ts";

beforeEach(() => void vi.useFakeTimers({ now: new Date("2026-03-01T06:59:00") }));
afterEach(() => void vi.useRealTimers());

const notice = (key: string): Notice => ({ key, urgent: false, title: key, body: "", choices: [] });

function gather(quietHours?: string) {
  const shown: string[] = [];
  const desktop = {
    notify: async ({ title }: Notice) => shown.push(title) > 0,
    withdraw: (key: string) => void shown.push(`-${key}`),
  };
  return { shown, notices: new Notices({ desktop, quietHours, now: () => new Date() }) };
}

test("what comes within a moment is shown together", () => {
  const { shown, notices } = gather();
  for (const key of ["a", "b", "c", "d"]) notices.add(notice(key));
  vi.advanceTimersByTime(999);
  expect(shown).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(shown).toEqual(["Heddle: 4 things happened"]);
  notices.add(notice("e"));
  vi.advanceTimersByTime(1000);
  expect(shown).toEqual(["Heddle: 4 things happened", "e"]);
});

test("quiet hours hold it back until they end, and what has become void by then is not shown", () => {
  const { shown, notices } = gather("22:00-07:00");
  notices.add(notice("a"));
  notices.add(notice("b"));
  vi.advanceTimersByTime(30_000);
  notices.withdraw("a");
  vi.advanceTimersByTime(29_999);
  expect(shown).toEqual(["-a"]);
  vi.advanceTimersByTime(1);
  expect(shown).toEqual(["-a", "b"]);
});

test("nothing is shown once the tray has ended", () => {
  const { shown, notices } = gather();
  notices.add(notice("a"));
  notices[Symbol.dispose]();
  vi.advanceTimersByTime(2000);
  expect(shown).toEqual([]);
});
