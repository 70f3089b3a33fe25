import type { MenuEntry } from "./menu.ts";

/** An entry under the number by which whoever shows the menu names it; the menu itself is 0. */
export interface Node {
  readonly id: number;
  readonly entry: MenuEntry | undefined;
  readonly children: readonly Node[];
}

/**
 * Numbers the entries of one menu after another. A number means the same as long as it is used, and
 * is never used again: a click on a menu that is out of date does nothing, or what it showed.
 */
export class MenuNumbers {
  #numbers = new Map<string, number>();
  #last = 0;

  number(entries: readonly MenuEntry[]): Node {
    const used = new Map<string, number>();
    const children = this.#number(entries, "", used);
    this.#numbers = used;
    return { id: 0, entry: undefined, children };
  }

  #number(entries: readonly MenuEntry[], path: string, used: Map<string, number>): Node[] {
    return entries.map((entry, at) => {
      const key = `${path}/${keyOf(entry)}`;
      // Two entries alike are told apart by their places.
      const own = used.has(key) ? `${key}#${at}` : key;
      const id = this.#numbers.get(own) ?? ++this.#last;
      used.set(own, id);
      const children = entry.type === "submenu" ? this.#number(entry.entries, own, used) : [];
      return { id, entry, children };
    });
  }
}

function keyOf(entry: MenuEntry): string {
  if (entry.type === "item") return JSON.stringify(entry.action);
  return entry.type === "separator" ? "-" : `${entry.type} ${entry.text}`;
}

/** The entry of a number, unless it is no longer there. */
export function findNode(node: Node, id: number): Node | undefined {
  if (node.id === id) return node;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found) return found;
  }
  return undefined;
}
