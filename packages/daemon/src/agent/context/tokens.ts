import type { InputEntry } from "../model-types.ts";

/** Bytes per token, until a thread's own average is known. */
export const usualBytesPerToken = 4;

/** An image's tokens do not depend on its bytes: about so many, in bytes of text. */
const imageBytes = 4800;

/** For a text of so many characters, or bytes of what is mostly ASCII. */
export function estimateTokens(length: number, bytesPerToken = usualBytesPerToken): number {
  return Math.ceil(length / bytesPerToken);
}

/** What an entry counts for in the window, where `json` is how it is sent. */
export function entryBytes(entry: InputEntry, json: string): number {
  const images = Array.isArray(entry.content) ? entry.content.map(imageUrl) : [];
  const urls = images.filter((url) => url !== undefined);
  const urlBytes = urls.reduce((sum, url) => sum + url.length, 0);
  return Buffer.byteLength(json) - urlBytes + urls.length * imageBytes;
}

function imageUrl(part: { type?: unknown; image_url?: unknown }): string | undefined {
  return part.type === "input_image" && typeof part.image_url === "string"
    ? part.image_url
    : undefined;
}
