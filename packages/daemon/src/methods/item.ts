import { DaemonError, type Handlers, type itemMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function itemHandlers({ threads }: Services): Handlers<typeof itemMethods, Caller> {
  return {
    "item/read": ({ itemId, offset, limit }) => {
      const text = threads.itemText(itemId);
      if (text === undefined) throw new DaemonError("notFound", `no item ${itemId}`, { itemId });
      return { text: text.slice(offset, offset + limit), offset, textLength: text.length };
    },
  };
}
