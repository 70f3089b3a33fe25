/** A JSON object whose fields have yet to be looked at. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function string(value: unknown, fallback = ""): string {
  return typeof value === "string" ? value : fallback;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The text of a message's content or of a call's output: a string, or parts that have one. */
export function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const parts = list(content).filter(isJson);
  return parts.map((part) => string(part.text)).join("\n");
}
