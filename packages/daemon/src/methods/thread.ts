import type { Handlers, landingMethods, threadMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function threadHandlers({
  threads,
  threadWork,
  landings,
  forks,
  threadFacts,
}: Services): Handlers<typeof threadMethods & typeof landingMethods, Caller> {
  return {
    "thread/start": (params, { commit }) => threads.start(params, commit),
    "thread/list": ({ projectId, archived, ...page }) =>
      threads.list({ projectId, archived }, page),
    "thread/read": (params) => threads.read(params),
    "thread/subscribe": ({ threadId, afterSeq }, { feeds }) =>
      feeds.followThread(threads.row(threadId).id, afterSeq),
    "thread/unsubscribe": ({ threadId }, { feeds }) => {
      feeds.leaveThread(threadId);
      return {};
    },
    "thread/diff": ({ threadId }) => threadWork.diff(threadId),
    "thread/undo": ({ threadId, turns }, { commit }) => threadWork.undo(threadId, turns, commit),
    "thread/planMode": ({ threadId, on }, { commit }) =>
      commit((tx) => threads.setPlanMode(tx, threadId, on)),
    "thread/fork": (params, { commit }) => forks.fork(params, commit),
    "thread/status": ({ threadId }) => threadFacts(threadId),
    "thread/archive": ({ threadId }, { commit }) => threadWork.archive(threadId, commit),
    "thread/land": (params, { commit }) => landings.land(params, commit),
  };
}
