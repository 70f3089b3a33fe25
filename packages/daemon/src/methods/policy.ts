import type { Handlers, policyMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function policyHandlers({ policyDesk }: Services): Handlers<typeof policyMethods, Caller> {
  return {
    "policy/set": (params, { commit }) => policyDesk.set(params, commit),
    "policy/show": (place) => policyDesk.show(place),
    "policy/test": (params) => policyDesk.test(params),
    "policy/history": (params) => policyDesk.history(params),
  };
}
