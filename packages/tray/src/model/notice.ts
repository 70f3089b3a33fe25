import type { DaemonEvent, Thread } from "@heddle/protocol";
import type { Action } from "./action.ts";
import { answerNames, answersTo, asks } from "./approval-text.ts";
import { hasFailed } from "./groups.ts";
import { isUnread, type TrayState } from "./state.ts";
import { plain } from "./text.ts";

export interface Notice {
  /** A later notice with the same key takes the place of the earlier one. */
  readonly key: string;
  readonly urgent: boolean;
  readonly title: string;
  readonly body: string;
  readonly choices: readonly { readonly name: string; readonly action: Action }[];
}

/** What somebody should hear of an event, given what was known before it. */
export function noticeOf(before: TrayState, event: DaemonEvent): Notice | undefined {
  switch (event.type) {
    case "threadChanged":
      return threadNotice(before.threads.get(event.thread.id), event.thread);
    case "approvalRequested": {
      const { approval } = event;
      const { id: approvalId, threadId, hash } = approval;
      const title = before.threads.get(threadId)?.title ?? "a thread";
      const answers = answersTo(approval).map((type) => ({
        name: answerNames[type],
        action: { type, approvalId, hash },
      }));
      return {
        key: approvalId,
        urgent: true,
        title: `Needs you: ${plain(title)}`,
        body: asks(approval).join("\n"),
        choices: [...answers, { name: "Open", action: { type: "open", threadId } }],
      };
    }
    case "findingChanged": {
      const { finding } = event;
      const known = before.findings.has(finding.id);
      if (known || !isUnread(finding) || !["new", "reopened"].includes(finding.state)) return;
      return {
        key: finding.id,
        urgent: false,
        title: `${finding.severity} finding`,
        body: plain(finding.title, 200),
        choices: [{ name: "Open", action: { type: "openInbox" } }],
      };
    }
    default:
      return undefined;
  }
}

/** Only an end is worth a word: that a thread stops working, and how. */
function threadNotice(before: Thread | undefined, thread: Thread): Notice | undefined {
  const { id: threadId, title, status } = thread;
  const choices = [{ name: "Open", action: { type: "open", threadId } as const }];
  const notice = (what: string, urgent: boolean, body = ""): Notice => ({
    ...{ key: threadId, urgent, title: `${what}: ${plain(title)}`, body, choices },
  });
  const changed = before?.status !== status;
  if (!changed || before === undefined) return undefined;
  if (hasFailed(thread)) return notice("Failed", true, plain(thread.failure?.message ?? "", 200));
  if (status === "waitingForUser") return notice("Waits for you", true);
  const worked = before.status === "running" || before.status === "queued";
  return worked && status === "idle" && thread.lastTurn === "done"
    ? notice("Done", false)
    : undefined;
}

/** Several at once are one: a summary, whose parts are in the menu. */
export function batch(notices: readonly Notice[], atMost = 3): Notice[] {
  const latest = [...new Map(notices.map((notice) => [notice.key, notice])).values()];
  if (latest.length <= atMost) return latest;
  return [
    {
      key: "summary",
      urgent: latest.some(({ urgent }) => urgent),
      title: `Heddle: ${latest.length} things happened`,
      body: latest
        .slice(0, atMost)
        .map(({ title }) => title)
        .join("\n"),
      choices: [],
    },
  ];
}
