import type { Handlers, turnMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function turnHandlers({ threads, turns }: Services): Handlers<typeof turnMethods, Caller> {
  return {
    "turn/start": (params, { commit }) => commit((tx) => turns.start(tx, params)),
    "turn/steer": (params, { commit }) => turns.steer(params, commit),
    "turn/list": ({ threadId, ...page }) => threads.turns(threadId, page),
    "turn/interrupt": ({ turnId }, { commit }) =>
      commit((tx) => ({ interrupted: turns.interrupt(tx, turnId) })),
  };
}
