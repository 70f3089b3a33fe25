import {
  DaemonError,
  type daemonMethods,
  type Handlers,
  protocolVersion,
  registry,
} from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function daemonHandlers(services: Services): Handlers<typeof daemonMethods, Caller> {
  return {
    initialize: ({ client }) => {
      if (client.kind === "daemon") {
        const message = "only the daemon itself is of the kind daemon; a program is a script";
        throw new DaemonError("invalidParams", message);
      }
      const capabilities = { methods: Object.keys(registry) };
      return { version: services.version, protocolVersion, capabilities };
    },
    "daemon/status": () => services.status(),
    "daemon/doctor": async () => ({ findings: await services.examine() }),
    "daemon/stop": (_, { commit }) =>
      commit((tx) => {
        // The answer goes out first.
        tx.afterCommit(() => void setImmediate(() => services.stop(tx.actor.name)));
        return {};
      }),
    "daemon/acknowledge": (_, { commit }) =>
      commit(() => {
        services.acknowledge();
        return {};
      }),
    "daemon/subscribe": ({ afterSeq }, { feeds }) => feeds.followDaemon(afterSeq),
    "daemon/unsubscribe": (_, { feeds }) => {
      feeds.leaveDaemon();
      return {};
    },
  };
}
