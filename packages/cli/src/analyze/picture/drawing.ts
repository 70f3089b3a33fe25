import { printableLine } from "../../terminal/printable.ts";
import { displayWidth } from "../../terminal/table.ts";
import type { Point, Rect } from "./layout.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text for XML: what the format or a reader cannot bear is shown as an escape. */
export function escaped(text: string): string {
  return printableLine(text).replace(/[&<>"]/g, (char) => entities[char] ?? char);
}

/** About how wide text is drawn. */
export function textWidth(text: string, size: number): number {
  return displayWidth(text) * size * 0.62;
}

interface TextOptions {
  readonly style: string;
  readonly size?: number;
  readonly anchor?: "middle" | "end";
}

export function text(at: Point, content: string, { style, size, anchor }: TextOptions): string {
  const fontSize = size === undefined ? "" : ` font-size="${round(size)}"`;
  const textAnchor = anchor === undefined ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${style}" x="${round(at.x)}" y="${round(at.y)}"${fontSize}${textAnchor}>${escaped(content)}</text>`;
}

export function rect({ x, y, width, height }: Rect, style: string, hint = ""): string {
  const size = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect class="${style}" ${size} rx="8">${titled(hint)}</rect>`;
}

/** A line through all points that leaves and arrives upright. */
export function downward(points: readonly Point[]): string {
  const [start = { x: 0, y: 0 }] = points;
  const bends = points.slice(1).map((to, at) => {
    const from = points[at] ?? start;
    if (from.x === to.x) return `V${round(to.y)}`;
    const half = round((from.y + to.y) / 2);
    return `C${round(from.x)} ${half} ${round(to.x)} ${half} ${round(to.x)} ${round(to.y)}`;
  });
  return `M${round(start.x)} ${round(start.y)} ${bends.join(" ")}`;
}

/** A bow from below one box to below its neighbour, or up to a box above. */
export function aside([from, to]: readonly Point[]): string {
  if (from === undefined || to === undefined) return "";
  const below =
    to.y < from.y - 20
      ? (from.y + to.y) / 2
      : Math.max(from.y, to.y) + 12 + Math.abs(from.x - to.x) / 12;
  return `M${round(from.x)} ${round(from.y)} C${round(from.x)} ${round(below)} ${round(to.x)} ${round(below)} ${round(to.x)} ${round(to.y)}`;
}

export function path(d: string, style: string, width: number, hint: string): string {
  return `<path class="${style}" d="${d}" stroke-width="${round(width)}" marker-end="url(#${style})">${titled(hint)}</path>`;
}

export function marker(style: string, head: string): string {
  return `<marker id="${style}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="${head}" d="M0 1 L10 5 L0 9 z"/></marker>`;
}

function titled(hint: string): string {
  return hint === "" ? "" : `<title>${escaped(hint)}</title>`;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

export function moved<Place extends Point>(place: Place, by: Point): Place {
  return { ...place, x: place.x + by.x, y: place.y + by.y };
}
