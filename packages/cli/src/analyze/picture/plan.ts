import type { Facts, PackageArrow, PackageFact } from "@heddle/protocol";
import { counted } from "../words.ts";
import { textWidth } from "./drawing.ts";
import { impliedLinks } from "./implied.ts";
import { type Layout, layout } from "./layout.ts";

export interface Parts {
  readonly packages: { readonly total: number; readonly rows: readonly PackageFact[] };
  readonly arrows: { readonly total: number; readonly rows: readonly PackageArrow[] };
}

/** A part as it is drawn: a box, or a frame around parts of its own. */
export interface Drawn {
  readonly part: PackageFact;
  /** What many import is drawn larger. */
  readonly scale: number;
  readonly hub: boolean;
  readonly inside: Plan | undefined;
  readonly width: number;
  readonly height: number;
}

export interface Plan {
  readonly drawn: readonly Drawn[];
  readonly arrows: ReadonlyMap<PackageArrow, "arrow" | "implied" | "cycle">;
  readonly layout: Layout;
  /** Parts and arrows that are not drawn. */
  readonly left: { readonly parts: number; readonly arrows: number };
}

export const pad = 20;
export const head = 50;
const partsAtMost = 24;
const hubAtLeast = 3;

export function planOf(parts: Parts, insides: Facts["packages"]["insides"]): Plan {
  const shown = mostTelling(parts.packages.rows);
  const most = Math.max(1, ...shown.map(({ importedBy }) => importedBy));
  const drawn = shown.map((part) =>
    drawnOf(
      part,
      most,
      insides.find(({ folder }) => folder === part.folder),
    ),
  );
  const folders = new Set(shown.map(({ folder }) => folder));
  const arrows = parts.arrows.rows.filter(({ from, to }) => folders.has(from) && folders.has(to));
  const implied = impliedLinks(arrows);
  const kind = (arrow: PackageArrow) =>
    arrow.cyclic ? "cycle" : implied.has(arrow) ? "implied" : "arrow";
  const boxes = drawn.map(({ part, width, height }) => ({
    id: part.folder,
    layer: part.layer,
    width,
    height,
  }));
  return {
    drawn,
    arrows: new Map(arrows.map((arrow) => [arrow, kind(arrow)])),
    layout: layout(boxes, arrows),
    left: {
      parts: parts.packages.total - shown.length,
      arrows: parts.arrows.total - arrows.length,
    },
  };
}

/** Those with most code and most importers, in the order in which they came. */
function mostTelling(parts: readonly PackageFact[]): PackageFact[] {
  const weight = ({ codeLines, importedBy }: PackageFact) => codeLines * (1 + importedBy);
  const kept = new Set(parts.toSorted((a, b) => weight(b) - weight(a)).slice(0, partsAtMost));
  return parts.filter((part) => kept.has(part));
}

function drawnOf(part: PackageFact, most: number, inner: Parts | undefined): Drawn {
  const hub = part.importedBy >= hubAtLeast;
  const scale = hub ? 1 + 0.35 * (part.importedBy / most) : 1;
  const inside = inner && planOf(inner, []);
  const label = Math.max(textWidth(part.name, 14 * scale), textWidth(sizeOf(part), 11.5 * scale));
  const own = { part, scale, hub, inside };
  if (inside === undefined) return { ...own, width: label + 32, height: 52 * scale };
  const header = textWidth(part.name, 15) + 24 + textWidth(sizeOf(part), 11.5);
  return {
    ...own,
    width: 2 * pad + Math.max(inside.layout.width, header),
    height: head + inside.layout.height + pad,
  };
}

export function sizeOf({ files, codeLines }: PackageFact): string {
  return `${counted(files, "file")} · ${counted(codeLines, "line")}`;
}
