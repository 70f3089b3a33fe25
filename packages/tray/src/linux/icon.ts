import type { IconState } from "../model/groups.ts";

/** Width, height and ARGB32 in network order, as StatusNotifierItem has it. */
export type Pixmap = [number, number, Buffer];

const sizes = [22, 32, 48];
const samples = 4;

/** The shape differs as well as the colour: not everybody tells red from green. */
const colours: Readonly<Record<IconState, number>> = {
  idle: 0x8a93a0,
  working: 0x3b82f6,
  needsYou: 0xf59e0b,
  failed: 0xdc2626,
};

export function pixmapsOf(state: IconState): Pixmap[] {
  return sizes.map((size) => [size, size, draw(state, size)]);
}

/** Each pixel is as opaque as the part of it that the shape covers. */
function draw(state: IconState, size: number): Buffer {
  const pixels = Buffer.alloc(size * size * 4);
  for (let at = 0; at < size * size; at += 1) {
    const alpha = coverage(state, { x: at % size, y: Math.floor(at / size), size });
    pixels.writeUInt32BE(((Math.round(alpha * 255) << 24) | colours[state]) >>> 0, at * 4);
  }
  return pixels;
}

function coverage(
  state: IconState,
  { x, y, size }: { x: number; y: number; size: number },
): number {
  let inside = 0;
  for (let sample = 0; sample < samples * samples; sample += 1) {
    const dx = ((sample % samples) + 0.5) / samples;
    const dy = (Math.floor(sample / samples) + 0.5) / samples;
    if (covers(state, ((x + dx) / size) * 2 - 1, ((y + dy) / size) * 2 - 1)) inside += 1;
  }
  return inside / samples ** 2;
}

/** A ring, and in it: threads of a warp, all of them with work, an exclamation mark, or a cross. */
function covers(state: IconState, x: number, y: number): boolean {
  const radius = Math.hypot(x, y);
  if (radius > 0.95) return false;
  if (radius > 0.75) return true;
  switch (state) {
    case "idle":
      return false;
    case "working":
      return [-0.36, 0, 0.36].some((line) => Math.abs(x - line) < 0.1) && Math.abs(y) < 0.5;
    case "needsYou":
      return Math.abs(x) < 0.13 && ((y > -0.55 && y < 0.15) || (y > 0.3 && y < 0.55));
    case "failed":
      return Math.min(Math.abs(x - y), Math.abs(x + y)) < 0.16 && Math.abs(x) < 0.4;
  }
}
