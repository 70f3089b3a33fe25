import { type daemonMethods, type Handlers, protocolVersion, registry } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function daemonHandlers(services: Services): Handlers<typeof daemonMethods, Caller> {
  return {
    initialize: () => ({
      version: services.version,
      protocolVersion,
      capabilities: { methods: Object.keys(registry) },
    }),
    "daemon/status": () => services.status(),
    "daemon/doctor": async () => ({ findings: await services.examine() }),
    "daemon/stop": (_, { commit }) =>
      commit((tx) => {
        // The answer goes out first.
        tx.afterCommit(() => void setImmediate(services.stop));
        return {};
      }),
    "daemon/subscribe": ({ afterSeq }, { feeds }) => feeds.followDaemon(afterSeq),
    "daemon/unsubscribe": (_, { feeds }) => {
      feeds.leaveDaemon();
      return {};
    },
  };
}
