import type { Approval, Automation, Thread } from "@heddle/protocol";
import type { Action } from "./action.ts";
import { answerNames, answersTo, asks } from "./approval-text.ts";
import { type Groups, groupsOf, summaryOf } from "./groups.ts";
import type { TrayState } from "./state.ts";
import { count, plain } from "./text.ts";

export type MenuEntry =
  | { readonly type: "separator" }
  | { readonly type: "label"; readonly text: string }
  | { readonly type: "item"; readonly text: string; readonly action: Action }
  | { readonly type: "submenu"; readonly text: string; readonly entries: readonly MenuEntry[] };

/** Of each group no more, or the menu would not fit a screen. */
const shown = 10;
const separator: MenuEntry = { type: "separator" };

/** The whole menu. Text in it is plain already. */
export function menuOf(state: TrayState): MenuEntry[] {
  const groups = groupsOf(state);
  const sections = state.connected
    ? [...threadSections(state, groups), automationSection(state), inboxSection(state)]
    : [];
  return [
    { type: "label", text: summaryOf(state, groups) },
    ...sections.filter((section) => section.length > 0).flatMap((each) => [separator, ...each]),
    separator,
    { type: "item", text: "Quit", action: { type: "quit" } },
  ];
}

function threadSections(state: TrayState, { needsYou, running, ready, failed }: Groups) {
  const open = (thread: Thread): MenuEntry => ({
    type: "item",
    text: titleOf(state, thread),
    action: { type: "open", threadId: thread.id },
  });
  const needing = needsYou.map(({ thread, approval }) =>
    approval ? askingEntry(state, approval, thread) : open(thread as Thread),
  );
  return [
    section("Needs you", needing),
    section("Failed", failed.map(open)),
    section("Running", running.map(open)),
    section("Ready to land", ready.map(open)),
  ];
}

function section(name: string, entries: readonly MenuEntry[]): MenuEntry[] {
  if (entries.length === 0) return [];
  const more = entries.length - shown;
  const rest: MenuEntry[] = more > 0 ? [{ type: "label", text: `and ${more} more` }] : [];
  return [{ type: "label", text: name }, ...entries.slice(0, shown), ...rest];
}

function askingEntry(state: TrayState, approval: Approval, thread: Thread | undefined): MenuEntry {
  const { id: approvalId, hash, threadId } = approval;
  const answers = answersTo(approval).map(
    (type): MenuEntry => ({
      type: "item",
      text: answerNames[type],
      action: { type, approvalId, hash },
    }),
  );
  return {
    type: "submenu",
    text: thread ? titleOf(state, thread) : "a thread",
    entries: [
      ...asks(approval).map((text): MenuEntry => ({ type: "label", text })),
      ...answers,
      { type: "item", text: "Open", action: { type: "open", threadId } },
    ],
  };
}

function titleOf({ projects }: TrayState, { title, projectId }: Thread): string {
  const project = projects.get(projectId)?.name;
  return plain(project === undefined ? title : `${title} (${project})`);
}

function automationSection({ automations }: TrayState): MenuEntry[] {
  const all = [...automations.values()];
  if (all.length === 0) return [];
  const active = all.filter(({ paused }) => paused === null);
  const pauseAll: MenuEntry = active.length
    ? { type: "item", text: "Pause all", action: { type: "pauseAll" } }
    : { type: "item", text: "Resume all", action: { type: "resumeAll" } };
  return [{ type: "submenu", text: "Automations", entries: all.map(automationEntry) }, pauseAll];
}

function automationEntry({ id: automationId, name, paused, lastState }: Automation): MenuEntry {
  const last = lastState === null ? "never ran" : `last: ${lastState}`;
  const toggle: MenuEntry = paused
    ? { type: "item", text: "Resume", action: { type: "resume", automationId } }
    : { type: "item", text: "Pause", action: { type: "pause", automationId } };
  return {
    type: "submenu",
    text: plain(name),
    entries: [
      { type: "label", text: paused ? plain(`paused: ${paused.reason}`) : last },
      { type: "item", text: "Run now", action: { type: "run", automationId } },
      toggle,
    ],
  };
}

function inboxSection({ findings }: TrayState): MenuEntry[] {
  const text = `Inbox: ${count(findings.size, "new finding")}`;
  return [{ type: "item", text, action: { type: "openInbox" } }];
}
