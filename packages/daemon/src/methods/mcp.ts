import type { Handlers, mcpMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function mcpHandlers({ mcpServers }: Services): Handlers<typeof mcpMethods, Caller> {
  return {
    "mcp/list": ({ projectId, ...page }) => mcpServers.list(projectId, page),
    "mcp/add": (params, { commit }) => commit((tx) => mcpServers.add(tx, params)),
    "mcp/remove": ({ serverId }, { commit }) => commit((tx) => mcpServers.remove(tx, serverId)),
    "mcp/test": (params, { commit }) => mcpServers.test(params, commit),
    "mcp/login": (params) => mcpServers.beginLogin(params),
    "mcp/finishLogin": (params, { commit }) => mcpServers.finishLogin(params, commit),
    "mcp/approve": (params, { commit }) => commit((tx) => mcpServers.approve(tx, params)),
  };
}
