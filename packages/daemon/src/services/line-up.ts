import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Price } from "@heddle/protocol";
import * as z from "zod";
import type { Usage } from "../agent/model-types.ts";

const Known = z.object({
  use: z.string(),
  contextLength: z.int().positive(),
  price: Price.omit({ asOf: true }).optional(),
});
type Known = z.infer<typeof Known>;
const File = z.object({ asOf: z.iso.date(), models: z.record(z.string(), Known) });

const { asOf, models } = File.parse(
  JSON.parse(readFileSync(fileURLToPath(new URL("../../models.json", import.meta.url)), "utf8")),
);

/** A user's own prices, by the full name of the model. */
export type OwnPrices = Readonly<Record<string, Omit<Price, "asOf">>>;

/** What models.json says of a model; it knows those of OpenAI's own address. */
export function knownModel(name: string, baseUrl: string): Known | undefined {
  const isOwn = new URL(baseUrl).hostname === "api.openai.com";
  return isOwn && Object.hasOwn(models, name) ? models[name] : undefined;
}

/** What a model costs: what the user says, else what models.json says. Never a guess. */
export function priceOf(name: string, baseUrl: string, own: OwnPrices): Price | undefined {
  const said = Object.hasOwn(own, name) ? own[name] : undefined;
  if (said) return { ...said, asOf: "config" };
  const price = knownModel(name, baseUrl)?.price;
  return price && { ...price, asOf };
}

/** What one request cost, in US dollars. */
export function costOf(usage: Usage, { input, cachedInput, output }: Price): number {
  const fresh = Math.max(0, usage.inputTokens - usage.cachedInputTokens);
  const millionths =
    fresh * input + usage.cachedInputTokens * cachedInput + usage.outputTokens * output;
  return millionths / 1_000_000;
}
