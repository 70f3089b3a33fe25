import type { approvalMethods, Handlers } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function approvalHandlers({
  approvals,
}: Services): Handlers<typeof approvalMethods, Caller> {
  return {
    "approval/list": ({ threadId, ...page }) => approvals.pending(threadId, page),
    "approval/resolve": ({ approvalId, hash, answer }, { commit }) =>
      commit((tx) => approvals.resolve(tx, { approvalId, hash, answer })),
  };
}
