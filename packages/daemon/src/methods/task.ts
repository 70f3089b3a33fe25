import type { Handlers, taskMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function taskHandlers({ tasks }: Services): Handlers<typeof taskMethods, Caller> {
  return {
    "task/create": (params, { commit }) => commit((tx) => tasks.create(tx, params)),
    "task/list": ({ projectId, state, ...page }) => tasks.list({ projectId, state }, page),
  };
}
