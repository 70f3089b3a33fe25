import type { McpServer, Methods, ResultOf } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { findServer, type ServerOptions } from "../mcp-server.ts";
import { approvalQuestion, testText } from "../mcp-text.ts";
import { confirm } from "../terminal/ask.ts";
import { count } from "../terminal/format.ts";
import { canAsk, print, printJson, say } from "../terminal/output.ts";

interface Options extends ServerOptions {
  readonly tool?: readonly string[];
  readonly yes?: boolean;
  readonly input: boolean;
}

type Test = ResultOf<Methods, "mcp/test">;

export function testCommand(): Command {
  return command("test")
    .description("Start a server, show its tools and what has changed, and approve them.")
    .argument("<name>", "as listed by `heddle mcp list`")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("-t, --tool <name...>", "approve only these tools")
    .option("-y, --yes", "approve without a question")
    .option("--no-input", "never ask")
    .option("--json", "print what was found as JSON")
    .action(async (given: string, options: Options) => {
      using daemon = await openDaemon();
      const { server, place } = await findServer(daemon, given, options);
      const found = await daemon.call("mcp/test", { serverId: server.id, ...place });
      if (!options.json) print(testText(found));
      const approved = await approve(daemon, found, options);
      if (options.json) printJson({ ...found, server: approved ?? found.server });
    });
}

/** Approves what was shown; the daemon refuses what is not that any more. */
async function approve(
  daemon: HeddleClient,
  { server }: Test,
  options: Options,
): Promise<McpServer | undefined> {
  const wanted = options.tool;
  const tools = server.waiting.filter(({ name }) => wanted?.includes(name) ?? true);
  if (tools.length === 0) return undefined;
  const asked = { ...server, waiting: tools };
  const consents = options.yes || (canAsk(options) && (await confirm(approvalQuestion(asked))));
  if (!consents) {
    say(`nothing was approved; approve it with: heddle mcp test ${server.name} --yes`);
    return undefined;
  }
  const shown = tools.map(({ name, hash }) => ({ name, hash }));
  const changed = await daemon.call("mcp/approve", { serverId: server.id, tools: shown });
  say(
    `${count(changed.tools.length, "tool")} of ${server.name} will be offered, from the next turn on`,
  );
  return changed;
}
