import type { Action } from "../model/action.ts";
import type { MenuEntry } from "../model/menu.ts";

/** An entry under the number by which a panel names it. */
export interface Node {
  readonly id: number;
  readonly properties: Readonly<Record<string, string | boolean>>;
  readonly action: Action | undefined;
  readonly children: readonly Node[];
}

/**
 * Numbers the entries of one menu after another. A number means the same as long as it is used, and
 * is never used again: a click on a menu that is out of date does nothing, or what it showed.
 */
export class MenuNumbers {
  #numbers = new Map<string, number>();
  #last = 0;

  layout(entries: readonly MenuEntry[]): Node {
    const used = new Map<string, number>();
    const children = this.#number(entries, "", used);
    this.#numbers = used;
    return { id: 0, properties: { "children-display": "submenu" }, action: undefined, children };
  }

  #number(entries: readonly MenuEntry[], path: string, used: Map<string, number>): Node[] {
    return entries.map((entry, at) => {
      const key = `${path}/${keyOf(entry)}`;
      // Two entries alike are told apart by their places.
      const own = used.has(key) ? `${key}#${at}` : key;
      const id = this.#numbers.get(own) ?? ++this.#last;
      used.set(own, id);
      const children = entry.type === "submenu" ? this.#number(entry.entries, own, used) : [];
      const action = entry.type === "item" ? entry.action : undefined;
      return { id, properties: propertiesOf(entry), action, children };
    });
  }
}

function keyOf(entry: MenuEntry): string {
  if (entry.type === "item") return JSON.stringify(entry.action);
  return entry.type === "separator" ? "-" : `${entry.type} ${entry.text}`;
}

function propertiesOf(entry: MenuEntry): Node["properties"] {
  switch (entry.type) {
    case "separator":
      return { type: "separator" };
    case "label":
      return { label: label(entry.text), enabled: false };
    case "item":
      return { label: label(entry.text) };
    case "submenu":
      return { label: label(entry.text), "children-display": "submenu" };
  }
}

/** A single underscore would mark the letter behind it as a shortcut. */
function label(text: string): string {
  return text.replaceAll("_", "__");
}

export function findNode(node: Node, id: number): Node | undefined {
  if (node.id === id) return node;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found) return found;
  }
  return undefined;
}
