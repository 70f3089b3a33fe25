import type { Facts, PackageArrow } from "@heddle/protocol";
import { grouped } from "../../terminal/format.ts";
import { counted } from "../words.ts";
import {
  aside,
  downward,
  escaped,
  marker,
  moved,
  path,
  rect,
  round,
  text,
  textWidth,
} from "./drawing.ts";
import type { Point, Rect } from "./layout.ts";
import { type Drawn, head, type Plan, pad, planOf, sizeOf } from "./plan.ts";
import { style } from "./theme.ts";

const margin = 28;
const titleHeight = 64;
const lineHeight = 19;
const smallest = 420;

/** Packages, layers and arrows as an SVG. The same facts give the same bytes. */
export function pictureOf(facts: Facts): string {
  const { packages, root } = facts;
  const plan = planOf(packages, packages.insides);
  const name = root.slice(root.lastIndexOf("/") + 1);
  const title = `${name}: which part imports which`;
  const legend = legendOf(plan);
  const words = [textWidth(title, 20), ...legend.map((line) => textWidth(line, 12))];
  const width = Math.max(smallest, 2 * margin + Math.max(plan.layout.width, ...words));
  const bottom = titleHeight + plan.layout.height + margin;
  const height = bottom + legend.length * lineHeight + margin / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}\n</style>`,
    `<defs>${marker("arrow", "head")}${marker("implied", "impliedHead")}${marker("cycle", "cycleHead")}</defs>`,
    rect({ x: 0.5, y: 0.5, width: width - 1, height: height - 1 }, "paper"),
    text({ x: margin, y: 40 }, title, { style: "title" }),
    ...planLines(plan, { x: (width - plan.layout.width) / 2, y: titleHeight }),
    ...legend.map((line, at) =>
      text({ x: margin, y: bottom + (at + 0.5) * lineHeight }, line, { style: "size", size: 12 }),
    ),
    "</svg>\n",
  ].join("\n");
}

/** Arrows lie below the boxes, the telling ones above the others. */
function planLines(plan: Plan, origin: Point): string[] {
  const frames = plan.drawn.filter(({ inside }) => inside !== undefined);
  const boxes = plan.drawn.filter(({ inside }) => inside === undefined);
  const kinds = ["implied", "arrow", "cycle"] as const;
  return [
    ...kinds.flatMap((kind) => arrowLines(plan, kind, origin)),
    ...frames.flatMap((drawn) => frameLines(drawn, placed(plan, drawn, origin))),
    ...boxes.flatMap((drawn) => boxLines(drawn, placed(plan, drawn, origin))),
  ];
}

function placed({ layout }: Plan, { part, width, height }: Drawn, origin: Point): Rect {
  return moved(layout.boxes.get(part.folder) ?? { x: 0, y: 0, width, height }, origin);
}

function arrowLines({ layout, arrows }: Plan, kind: string, origin: Point): string[] {
  return layout.routes.flatMap(({ link, kind: route, points }) => {
    const arrow = link as PackageArrow;
    if (arrows.get(arrow) !== kind) return [];
    const there = points.map((point) => moved(point, origin));
    const width = kind === "implied" ? 1 : 1.2 + Math.min(1.8, Math.log10(arrow.imports));
    return [path(route === "down" ? downward(there) : aside(there), kind, width, hintOf(arrow))];
  });
}

function hintOf({ from, to, imports, place }: PackageArrow): string {
  return `${from || "."} → ${to || "."}: ${counted(imports, "import")}, first at ${place.path}:${place.line}`;
}

function frameLines({ part, inside }: Drawn, place: Rect): string[] {
  const named = { x: place.x + pad, y: place.y + 28 };
  const width = inside?.layout.width ?? 0;
  const inner = { x: place.x + (place.width - width) / 2, y: place.y + head };
  const size = { x: place.x + place.width - pad, y: named.y };
  return [
    rect(place, "package", part.folder || "."),
    text(named, part.name, { style: "name", size: 15 }),
    text(size, sizeOf(part), { style: "size", size: 11.5, anchor: "end" }),
    ...(inside ? planLines(inside, inner) : []),
  ];
}

function boxLines({ part, scale, hub }: Drawn, place: Rect): string[] {
  const x = place.x + place.width / 2;
  return [
    rect(
      place,
      hub ? "hub" : "box",
      `${part.folder || "."}, imported by ${grouped(part.importedBy)}`,
    ),
    text({ x, y: place.y + 22 * scale }, part.name, {
      style: "name",
      size: 14 * scale,
      anchor: "middle",
    }),
    text({ x, y: place.y + 40 * scale }, sizeOf(part), {
      style: "size",
      size: 11.5 * scale,
      anchor: "middle",
    }),
  ];
}

/** What is seen and what is not; only what the picture has is explained. */
function legendOf(plan: Plan): string[] {
  const plans = [plan, ...plan.drawn.flatMap(({ inside }) => inside ?? [])];
  const kinds = new Set(plans.flatMap(({ arrows }) => [...arrows.values()]));
  const left = plans.reduce((sum, each) => sum + each.left.parts, 0);
  return [
    "An arrow leads from a part to one that it imports; the thicker, the more imports. Tests are left out.",
    ...(kinds.has("implied") ? ["Faint: a longer way of arrows leads there too."] : []),
    ...(plans.some(({ drawn }) => drawn.some(({ hub }) => hub))
      ? ["Blue and larger: three parts or more import it."]
      : []),
    ...(kinds.has("cycle") ? ["Red: the arrows lead round in a circle."] : []),
    ...(left > 0 ? [`Not drawn: ${counted(left, "smaller part")}.`] : []),
  ];
}
