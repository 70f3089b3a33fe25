import type { Run, Style } from "./screen.ts";

export interface Picture {
  readonly title: string;
  readonly columns: number;
  readonly lines: readonly (readonly Run[])[];
}

const cell = { width: 8.4, height: 19, fontSize: 14 };
const margin = 18;
const barHeight = 36;
const fonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";
const ground = "#14161b";
const bar = "#1e2128";
const foreground = "#d8dbe2";
const palette = [
  ...["#3b404a", "#f2777a", "#8fd18a", "#f0c674", "#7fb2f0", "#cf9be8", "#6fd0d0", "#d8dbe2"],
  ...["#6b7280", "#ff9a9c", "#aee8a8", "#ffe0a0", "#a6ccff", "#e4bdf7", "#98ecec", "#ffffff"],
];

/** A picture of a terminal that needs nothing besides itself. */
export function svgOf({ title, columns, lines }: Picture): string {
  const width = Math.ceil(columns * cell.width + 2 * margin);
  const height = Math.ceil(barHeight + lines.length * cell.height + 2 * margin);
  const dots = ["#f2777a", "#f0c674", "#8fd18a"].map(
    (colour, at) => `<circle cx="${22 + at * 20}" cy="${barHeight / 2}" r="6" fill="${colour}"/>`,
  );
  const text = lines.flatMap((runs, row) => runs.map((run) => runText(run, row)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="${ground}"/>`,
    `<path d="M0 ${barHeight}V10a10 10 0 0 1 10-10H${width - 10}a10 10 0 0 1 10 10V${barHeight}z" fill="${bar}"/>`,
    ...dots,
    `<g font-family="${fonts}" font-size="${cell.fontSize}" fill="${foreground}" xml:space="preserve">`,
    `<text x="${width / 2}" y="${barHeight / 2 + 5}" text-anchor="middle" fill="#9aa1ae">${escaped(title)}</text>`,
    ...text,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

// Each run is stretched to its columns, whatever font the viewer has.
function runText({ column, text, style }: Run, row: number): string {
  const lead = text.length - text.trimStart().length;
  const shown = text.trim();
  const x = rounded(margin + (column + lead) * cell.width);
  const y = rounded(barHeight + margin + (row + 0.75) * cell.height);
  const length = rounded([...shown].length * cell.width);
  return `<text x="${x}" y="${y}" textLength="${length}"${attributes(style)}>${escaped(shown)}</text>`;
}

function attributes({ bold, dim, colour }: Style): string {
  const weight = bold ? ' font-weight="bold"' : "";
  const opacity = dim ? ' opacity="0.6"' : "";
  const fill = colour === undefined ? "" : ` fill="${palette[colour] ?? foreground}"`;
  return `${weight}${opacity}${fill}`;
}

function rounded(number: number): number {
  return Math.round(number * 10) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
