import type { Item } from "@heddle/protocol";
import * as z from "zod";
import { resultTokenLimit } from "../context/truncate.ts";
import type { McpAnswer, McpOffer } from "../mcp/offers.ts";
import type { ModelCall } from "../model-types.ts";
import type { TurnHost } from "../turn-host.ts";
import { declined, failItem, parseArguments, settled, type Tool, type ToolResult } from "./tool.ts";

const anyObject = z.looseObject({});
const interrupted =
  "error: interrupted: the daemon was stopped, and whether the tool had its effect is not known; it is not called again";

type CallItem = Extract<Item, { type: "toolCall" }>;

/** A tool of an MCP server as a tool of the agent's: what its server does is an effect like any other. */
export function mcpTool(offer: McpOffer): Tool {
  const { offeredAs: name, description, inputSchema } = offer.tool;
  // Some endpoints refuse an object of which no property is named.
  const parameters = { properties: {}, ...inputSchema };
  return {
    spec: { type: "function", name, description, parameters, strict: false },
    effect: true,
    run: (call, { host }) => run(offer, call, host),
    // Whoever is killed in between cannot know what the server has done.
    recover: async ({ callId }, { host }) => ({
      output: interrupted,
      record: () => host.settleItem(callId, "interrupted"),
    }),
  };
}

async function run(offer: McpOffer, call: ModelCall, host: TurnHost): Promise<ToolResult> {
  const { callId, name, arguments: written } = call;
  const args = parseArguments(anyObject, call);
  const draft = { type: "toolCall", callId, tool: name, arguments: written } as const;
  const item = host.startItem({ ...draft, text: "", textLength: 0 });
  try {
    const consent = await host.authorize(item.id, {
      type: "mcpTool",
      server: offer.server,
      tool: offer.tool.name,
      arguments: JSON.stringify(args),
      host: offer.host ?? null,
      hash: offer.tool.hash,
    });
    if (!consent.allowed) return declined(host, item, consent.message);
    await host.beforeEffect();
    host.effectBegins(callId);
    const answer = await host.mcp.call(offer, args, item.id);
    return await resultOf(host, item, answer);
  } catch (error) {
    failItem(host, item, error);
    throw error;
  }
}

async function resultOf(
  host: TurnHost,
  item: CallItem,
  { text, failed }: McpAnswer,
): Promise<ToolResult> {
  const told = failed ? `error: ${text}` : text;
  const output = await settled(host, told + (await whereWhole(host, item, text)));
  const shown = { ...item, text, textLength: text.length };
  return { output, record: () => host.completeItem(shown, failed ? "failed" : "completed") };
}

/** Where all of a long result can be read, as with the output of a command. */
async function whereWhole(host: TurnHost, { id }: CallItem, text: string): Promise<string> {
  const bytes = Buffer.from(text);
  if (bytes.length <= resultTokenLimit * host.window.bytesPerToken) return "";
  const spool = host.spool(id);
  await spool.write(bytes);
  await spool.end();
  const file = await spool.file();
  return file === undefined ? "" : `\nwhole_output: ${file}`;
}
