import type {
  commentMethods,
  Handlers,
  historyMethods,
  planMethods,
  reviewMethods,
} from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

type PhaseMethods = typeof planMethods &
  typeof reviewMethods &
  typeof commentMethods &
  typeof historyMethods;

export function phaseHandlers({
  plans,
  turns,
  reviews,
  comments,
  searchHistory,
}: Services): Handlers<PhaseMethods, Caller> {
  return {
    "plan/show": ({ threadId }) => plans.read(threadId),
    "plan/edit": ({ content, ...shown }, { commit }) =>
      commit((tx) => plans.edit(tx, shown, content)),
    "plan/approve": (shown, { commit }) => commit((tx) => plans.approve(tx, shown)),
    "plan/reject": (params, { commit }) => commit((tx) => turns.rejectPlan(tx, params)),
    "review/start": (params, { commit }) => reviews.start(params, commit),
    "review/read": ({ reviewId }) => reviews.read(reviewId),
    "review/list": ({ projectId, ...page }) => reviews.list(projectId, page),
    "review/newest": async ({ projectId, target }) => ({
      review: (await reviews.newest(projectId, target)) ?? null,
    }),
    "review/dismiss": (params, { commit }) => commit((tx) => reviews.dismiss(tx, params)),
    "review/fix": (params, { commit }) => reviews.fix(params, commit),
    "comment/add": (params, { commit }) => comments.add(params, commit),
    "comment/list": async ({ threadId }) => ({ data: await comments.list(threadId) }),
    "comment/remove": ({ threadId, commentId }, { commit }) =>
      commit((tx) => {
        comments.remove(tx, threadId, commentId);
        return {};
      }),
    "comment/send": (params, { commit }) => comments.send(params, commit),
    "history/search": (params) => searchHistory(params),
  };
}
