import type { Handlers, itemMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function itemHandlers({ threads, spools }: Services): Handlers<typeof itemMethods, Caller> {
  return {
    "item/read": (params) => threads.readText(params),
    "item/output": (params) => spools.read(params),
  };
}
