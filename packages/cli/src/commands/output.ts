import { DaemonError, ItemId } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findThread } from "../lookup.ts";
import { printable } from "../terminal/printable.ts";

export function outputCommand(): Command {
  return command("output")
    .description("Print all that a command wrote, also what was too long to show; kept for a week.")
    .argument("<command>", "the id of a command's item, or a thread: its last command")
    .action(async (given: string) => {
      using daemon = await openDaemon();
      const itemId = ItemId.safeParse(given).data ?? (await lastCommand(daemon, given));
      const decoder = new TextDecoder();
      for await (const bytes of outputOf(daemon, itemId)) {
        // A file gets the bytes as they were; a terminal gets nothing that acts on it.
        const shown = process.stdout.isTTY
          ? printable(decoder.decode(bytes, { stream: true }))
          : bytes;
        process.stdout.write(shown);
      }
    });
}

async function lastCommand(daemon: HeddleClient, given: string): Promise<ItemId> {
  const threadId = await findThread(daemon, given);
  const { items } = await daemon.call("thread/read", { threadId, limit: 200 });
  const last = items.findLast(({ type }) => type === "commandExecution");
  if (last) return last.id;
  throw new DaemonError("notFound", `${given} has run no command lately; give the id of its item`);
}

async function* outputOf(daemon: HeddleClient, itemId: ItemId): AsyncGenerator<Buffer> {
  let offset = 0;
  for (;;) {
    const { base64 } = await daemon.call("item/output", { itemId, offset });
    const bytes = Buffer.from(base64, "base64");
    if (bytes.length === 0) return;
    yield bytes;
    offset += bytes.length;
  }
}
