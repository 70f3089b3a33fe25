import { expect, test } from "vitest";
import { MenuObject } from "./menu-object.ts";

test("an underscore is shown as one, and marks no shortcut", () => {
  const menu = new MenuObject({ chosen: () => {}, opened: () => {} });
  menu.change([{ type: "item", text: "a_b", action: { type: "quit" } }]);
  expect(menu.GetProperty(1, "label").value).toBe("a__b");
});
