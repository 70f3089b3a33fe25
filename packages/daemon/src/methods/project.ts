import type { Handlers, projectMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function projectHandlers({
  projects,
  relinking,
  threadWork,
  automations,
}: Services): Handlers<typeof projectMethods, Caller> {
  return {
    "project/add": (params, { commit }) => projects.add(params, commit),
    "project/list": (page) => projects.list(page),
    "project/read": (where) => projects.read(where),
    "project/remove": ({ projectId }, { commit }) =>
      threadWork.removeProject(
        projectId,
        (tx) => automations.endWithProject(tx, projectId),
        commit,
      ),
    "project/relink": (params, { commit }) => relinking.relink(params, commit),
    "project/grant": (params, { commit }) => commit((tx) => projects.grant(tx, params)),
    "project/revoke": ({ grantId }, { commit }) => commit((tx) => projects.revoke(tx, grantId)),
    "project/trust": ({ projectId, hash }, { commit }) => projects.trust(projectId, hash, commit),
  };
}
