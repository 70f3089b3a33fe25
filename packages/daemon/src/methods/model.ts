import type { Handlers, modelMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function modelHandlers({ models }: Services): Handlers<typeof modelMethods, Caller> {
  return {
    "model/list": () => models.list(),
    "model/use": ({ role, model, effort }, { commit }) =>
      commit(() => models.use(role, { model, effort })),
    "model/probe": ({ model }) => models.probe(model),
  };
}
