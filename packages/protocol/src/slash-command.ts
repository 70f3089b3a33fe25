import * as z from "zod";
import { method, unordered } from "./define.ts";

const Params = z
  .record(z.string(), z.unknown())
  .describe("`$threadId` stands for the id of the thread that is open.");

export const SlashArgument = z.object({
  name: z.string(),
  summary: z.string(),
  required: z.boolean().default(false),
  param: z
    .string()
    .nullable()
    .describe(
      "The param that it fills, before what `params` has of it; `input` as one part that is a text. Null where it has to be read first, as its summary says.",
    ),
});
export type SlashArgument = z.input<typeof SlashArgument>;

/** A param that has to be read before the call: what is acted on is what was shown. */
export const SlashRead = z.object({
  param: z.string(),
  method: z.string(),
  field: z.string().describe("Where it stands in the result."),
  only: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("The param is left out unless the result has these, and where there is no result."),
});
export type SlashRead = z.input<typeof SlashRead>;

/**
 * A command as it is typed behind a slash: the same words in the terminal, the panel and editors.
 */
export const SlashCommand = z.object({
  name: z.string(),
  summary: z.string(),
  arguments: z.array(SlashArgument).readonly(),
  method: z
    .string()
    .nullable()
    .describe("The method that it calls; null for what a client does by itself."),
  params: Params.default({}),
  reads: z.array(SlashRead).readonly().default([]),
  alone: z
    .object({ method: z.string(), params: Params })
    .nullable()
    .default(null)
    .describe("What it calls where nothing stands behind it, if that is something else."),
  scope: z
    .enum(["thread", "anywhere"])
    .describe("Whether it is about the thread that is open, or makes sense anywhere."),
});
export type SlashCommand = z.input<typeof SlashCommand>;

export const slashMethods = {
  "slash/list": method({
    summary: "List the words that stand behind a slash, in the order of a menu, with their calls.",
    params: z.object({}),
    result: z.object({ data: z.array(SlashCommand).readonly() }),
    mutates: false,
    scope: unordered,
  }),
};
