import { z } from "zod";
import { method, unordered } from "./define.ts";

export const Model = z.object({
  id: z.string().describe("As `provider/model`."),
  provider: z.string(),
  roles: z.array(z.string()).describe("The roles that the configuration gives to it."),
});
export type Model = z.infer<typeof Model>;

export const Provider = z.object({
  id: z.string(),
  baseUrl: z.string(),
  wireApi: z.enum(["responses"]),
  credentials: z.enum(["found", "missing", "none"]).describe("`none`: the provider needs none."),
  failure: z.string().nullable().describe("Why its models could not be listed."),
});
export type Provider = z.infer<typeof Provider>;

export const modelMethods = {
  "model/list": method({
    summary: "List the configured providers, and the models that they answer with.",
    params: z.object({}),
    result: z.object({ providers: z.array(Provider), models: z.array(Model) }),
    mutates: false,
    scope: unordered,
  }),
};
