import type { ApprovalId, AutomationId, ThreadId } from "@heddle/protocol";

/** What somebody can choose in the menu or in a notification. */
export type Action =
  | { readonly type: "approve"; readonly approvalId: ApprovalId; readonly hash: string }
  | { readonly type: "deny"; readonly approvalId: ApprovalId; readonly hash: string }
  | { readonly type: "open"; readonly threadId: ThreadId }
  | { readonly type: "run"; readonly automationId: AutomationId }
  | { readonly type: "pause"; readonly automationId: AutomationId }
  | { readonly type: "resume"; readonly automationId: AutomationId }
  | { readonly type: "pauseAll" }
  | { readonly type: "resumeAll" }
  | { readonly type: "openInbox" }
  | { readonly type: "quit" };
