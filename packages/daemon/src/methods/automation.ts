import type { automationMethods, Handlers, inboxMethods } from "@heddle/protocol";
import type { Caller } from "./caller.ts";
import type { Services } from "./services.ts";

export function automationHandlers({
  automations,
}: Services): Handlers<typeof automationMethods, Caller> {
  return {
    "automation/add": (params, { commit }) => automations.add(params, commit),
    "automation/list": ({ projectId, ...page }) => automations.list(projectId, page),
    "automation/show": ({ automationId }) => automations.show(automationId),
    "automation/edit": (params, { commit }) => automations.edit(params, commit),
    "automation/pause": (params, { commit }) => commit((tx) => automations.pause(tx, params)),
    "automation/resume": ({ automationId }, { commit }) =>
      commit((tx) => automations.resume(tx, automationId)),
    "automation/remove": ({ automationId }, { commit }) =>
      commit((tx) => {
        automations.remove(tx, automationId);
        return {};
      }),
    "automation/run": (params, { commit }) => automations.run(params, commit),
    "automation/history": ({ cursor, limit, ...which }) =>
      automations.history(which, { cursor, limit }),
    "automation/next": (params) => automations.next(params),
    "automation/backfill": (params, { commit }) => commit((tx) => automations.backfill(tx, params)),
  };
}

export function inboxHandlers({ inbox }: Services): Handlers<typeof inboxMethods, Caller> {
  return {
    "inbox/list": ({ filter, ...page }) => inbox.list(filter, page),
    "inbox/show": ({ findingId }, { commit }) => commit((tx) => inbox.show(tx, findingId)),
    "inbox/fix": ({ findingId }, { commit }) => inbox.fix(findingId, commit),
    "inbox/accept": (params, { commit }) => commit((tx) => inbox.accept(tx, params)),
    "inbox/snooze": (params, { commit }) => commit((tx) => inbox.snooze(tx, params)),
    "inbox/done": (params, { commit }) => commit((tx) => inbox.done(tx, params)),
  };
}
