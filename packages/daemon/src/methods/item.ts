import type { Handlers, itemMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function itemHandlers({ threads }: Services): Handlers<typeof itemMethods, Caller> {
  return { "item/read": (params) => threads.readText(params) };
}
