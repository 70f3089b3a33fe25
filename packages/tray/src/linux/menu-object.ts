import dbus, { type Variant } from "@particle/dbus-next";
import type { Action } from "../model/action.ts";
import type { MenuEntry } from "../model/menu.ts";
import { findNode, MenuNumbers, type Node } from "../model/menu-numbers.ts";

type Properties = Record<string, Variant>;
type Layout = [number, Properties, Variant[]];

export interface MenuEvents {
  readonly chosen: (action: Action) => void;
  readonly opened: () => void;
}

/** The menu as com.canonical.dbusmenu, which panels read in layers and click by number. */
export class MenuObject extends dbus.interface.Interface {
  readonly #events: MenuEvents;
  readonly #numbers = new MenuNumbers();
  #root: Node = this.#numbers.number([]);
  #revision = 1;
  #shown = "";

  constructor(events: MenuEvents) {
    super("com.canonical.dbusmenu");
    this.#events = events;
  }

  /** Shows another menu; one that looks the same is not told of. */
  change(entries: readonly MenuEntry[]): void {
    const shown = JSON.stringify(entries);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#root = this.#numbers.number(entries);
    this.#revision += 1;
    this.LayoutUpdated();
  }

  readonly Version = 3;
  readonly TextDirection = "ltr";
  readonly Status = "normal";
  readonly IconThemePath: string[] = [];

  GetLayout(parent: number, depth: number): [number, Layout] {
    return [this.#revision, layoutOf(this.#find(parent), depth)];
  }

  /** No numbers are all of them. */
  GetGroupProperties(ids: number[]): [number, Properties][] {
    const all =
      ids.length === 0 ? allOf(this.#root) : ids.flatMap((id) => findNode(this.#root, id) ?? []);
    return all.map((node) => [node.id, propertiesOf(node)]);
  }

  GetProperty(id: number, name: string): Variant {
    const found = propertiesOf(this.#find(id))[name];
    if (found) return found;
    throw new dbus.DBusError(invalid, `entry ${id} has no property ${name}`);
  }

  Event(id: number, type: string): void {
    if (type === "opened" && id === 0) this.#events.opened();
    const entry = type === "clicked" ? findNode(this.#root, id)?.entry : undefined;
    if (entry?.type === "item") this.#events.chosen(entry.action);
  }

  EventGroup(events: [number, string, Variant, number][]): number[] {
    for (const [id, type] of events) this.Event(id, type);
    return events.map(([id]) => id).filter((id) => !findNode(this.#root, id));
  }

  AboutToShow(id: number): boolean {
    if (id === 0) this.#events.opened();
    return false;
  }

  AboutToShowGroup(ids: number[]): [number[], number[]] {
    if (ids.includes(0)) this.#events.opened();
    return [[], ids.filter((id) => !findNode(this.#root, id))];
  }

  LayoutUpdated(): [number, number] {
    return [this.#revision, 0];
  }

  #find(id: number): Node {
    const found = findNode(this.#root, id);
    if (found) return found;
    throw new dbus.DBusError(invalid, `the menu has no entry ${id} any more`);
  }
}

const invalid = "org.freedesktop.DBus.Error.InvalidArgs";

MenuObject.configureMembers({
  properties: {
    Version: { signature: "u", access: "read" },
    TextDirection: { signature: "s", access: "read" },
    Status: { signature: "s", access: "read" },
    IconThemePath: { signature: "as", access: "read" },
  },
  methods: {
    GetLayout: { inSignature: "iias", outSignature: "u(ia{sv}av)" },
    GetGroupProperties: { inSignature: "aias", outSignature: "a(ia{sv})" },
    GetProperty: { inSignature: "is", outSignature: "v" },
    Event: { inSignature: "isvu" },
    EventGroup: { inSignature: "a(isvu)", outSignature: "ai" },
    AboutToShow: { inSignature: "i", outSignature: "b" },
    AboutToShowGroup: { inSignature: "ai", outSignature: "aiai" },
  },
  signals: { LayoutUpdated: { signature: "ui" } },
});

function layoutOf(node: Node, depth: number): Layout {
  const children = depth === 0 ? [] : node.children;
  return [
    node.id,
    propertiesOf(node),
    children.map((child) => new dbus.Variant("(ia{sv}av)", layoutOf(child, depth - 1))),
  ];
}

function propertiesOf({ entry }: Node): Properties {
  const text = (value: string) => new dbus.Variant("s", value);
  const submenu = { "children-display": text("submenu") };
  switch (entry?.type) {
    case undefined:
      return submenu;
    case "separator":
      return { type: text("separator") };
    case "label":
      return { label: text(label(entry.text)), enabled: new dbus.Variant("b", false) };
    case "item":
      return { label: text(label(entry.text)) };
    case "submenu":
      return { label: text(label(entry.text)), ...submenu };
  }
}

/** A single underscore would mark the letter behind it as a shortcut. */
function label(text: string): string {
  return text.replaceAll("_", "__");
}

function allOf(node: Node): Node[] {
  return [node, ...node.children.flatMap(allOf)];
}
