import { type Handlers, slashCommands, type slashMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";

export function slashHandlers(): Handlers<typeof slashMethods, Caller> {
  return { "slash/list": () => ({ data: slashCommands }) };
}
