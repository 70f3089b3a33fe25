import type * as z from "zod";

/** What a tool reported as JSON; undefined where it is none, or not of that shape. */
export function readReport<Shape>(schema: z.ZodType<Shape>, text: string): Shape | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
