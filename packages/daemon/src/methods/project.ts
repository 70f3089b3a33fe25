import type { Handlers, projectMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function projectHandlers({
  projects,
  threadWork,
}: Services): Handlers<typeof projectMethods, Caller> {
  return {
    "project/add": (params, { commit }) => projects.add(params, commit),
    "project/list": (page) => projects.list(page),
    "project/read": (where) => projects.read(where),
    "project/remove": ({ projectId }, { commit }) => threadWork.removeProject(projectId, commit),
    "project/grant": (params, { commit }) => projects.grant(params, commit),
    "project/trust": ({ projectId, hash }, { commit }) => projects.trust(projectId, hash, commit),
  };
}
