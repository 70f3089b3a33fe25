import { expect, test } from "vitest";
import type { MenuEntry } from "./menu.ts";
import { MenuNumbers } from "./menu-numbers.ts";

const item = (text: string, automationId: string): MenuEntry => ({
  type: "item",
  text,
  action: { type: "run", automationId: automationId as never },
});

test("an entry keeps its number while it is shown, and no other ever gets it", () => {
  const numbers = new MenuNumbers();
  const ids = (...entries: MenuEntry[]) => numbers.number(entries).children.map(({ id }) => id);
  expect(ids(item("a", "1"), item("b", "2"))).toEqual([1, 2]);
  expect(ids(item("b renamed", "2"), item("c", "3"))).toEqual([2, 3]);
  expect(ids(item("a", "1"))).toEqual([4]);
});

test("entries that look alike have numbers of their own", () => {
  const same = item("a", "1");
  const submenu: MenuEntry = { type: "submenu", text: "s", entries: [same, same] };
  const root = new MenuNumbers().number([submenu, submenu, { type: "separator" }]);
  const all = root.children.flatMap(({ id, children }) => [
    id,
    ...children.map((child) => child.id),
  ]);
  expect(new Set(all).size).toBe(7);
});
