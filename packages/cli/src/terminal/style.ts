import { styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];
export type Paint = (format: Format, text: string) => string;

export const plain: Paint = (_, text) => text;
export const coloured: Paint = (format, text) => styleText(format, text, { validateStream: false });

/** How text for a stream is coloured: only on a terminal, and not where NO_COLOR forbids it. */
export function paintFor(stream: NodeJS.WriteStream, env = process.env): Paint {
  return stream.isTTY && !env.NO_COLOR && stream.hasColors() ? coloured : plain;
}
