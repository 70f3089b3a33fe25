import { createHash } from "node:crypto";
import {
  DaemonError,
  type Methods,
  type ParamsOf,
  type Policy,
  type PolicyRule,
  type PolicyScope,
  type ResultOf,
  type Thread,
  ThreadStatus,
  usualPolicy,
} from "@heddle/protocol";
import type { Clock } from "../../os/clock.ts";
import { checkoutAt } from "../../os/git-repository.ts";
import { contradictionsIn } from "../../policy/contradictions.ts";
import { momentOf } from "../../policy/facts.ts";
import { compile } from "../../policy/words/compile.ts";
import { wordsOf } from "../../policy/words/read-back.ts";
import { nearestTemplates } from "../../policy/words/templates.ts";
import type { Store } from "../../store/store.ts";
import type { Commit } from "../mutations.ts";
import type { Projects } from "../projects.ts";
import { rows } from "../rows.ts";
import { draftOf, type Policies, type PolicySubject } from "./policies.ts";
import { replay } from "./replay.ts";
import { factsOf, factWords, type Ground } from "./tried-action.ts";

export interface DeskOptions {
  readonly store: Store;
  readonly policies: Policies;
  readonly projects: Projects;
  readonly clock: Clock;
}

type Place = ParamsOf<Methods, "policy/show">;

/** What people do with policies: say them, look at them, try them. */
export class PolicyDesk {
  readonly #options: DeskOptions;

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Reads a text back as rules, with what they would have said; with its hash it is in force. */
  async set(
    { scope: given, text, mode = "replace", hash }: ParamsOf<Methods, "policy/set">,
    commit: Commit,
  ): Promise<ResultOf<Methods, "policy/set">> {
    const { store, policies } = this.#options;
    const scope = given as PolicyScope;
    const threads = this.#threadsOf(scope);
    const before = mode === "add" ? policies.whole(scope) : policies.read(scope);
    const kept = mode === "add" ? before.rules.map(({ rule }) => rule) : [];
    const rules = unique([...kept, ...understood(text)]);
    const draft = draftOf(scope, before.version + 1, rules);
    const read = hashOf(draft);
    const others = (thread?: Thread) => this.#others(scope, thread);
    const gitDirOf = (thread: Thread) => this.#gitDirOf(thread);
    const found = {
      hash: read,
      contradictions: contradictionsIn([...rules, ...rulesIn(others(threads[0]))]),
      replay: await replay(store, { threads, gitDirOf }, (thread) => [...others(thread), draft]),
    };
    if (hash === undefined) return commit(() => ({ policy: draft, inForce: false, ...found }));
    return commit((tx) => {
      if (hash !== hashOf(draftOf(scope, policies.read(scope).version + 1, rules))) {
        const message = "the policy is not the one that was read back; look at it again";
        throw new DaemonError("staleConsent", message, { hash: read });
      }
      return { policy: policies.set(tx, scope, rules), inForce: true, ...found };
    });
  }

  show(place: Place): ResultOf<Methods, "policy/show"> {
    const subject = this.#subjectOf(place);
    const policies = this.#options.policies.inForce(subject);
    const isCertain = place.threadId !== undefined || place.automationId !== undefined;
    const preset = isCertain ? subject.preset : null;
    return { preset, policies, contradictions: contradictionsIn(rulesIn(policies)) };
  }

  async test({
    action,
    unattended = false,
    at,
    ...place
  }: ParamsOf<Methods, "policy/test">): Promise<ResultOf<Methods, "policy/test">> {
    const { store, policies, clock } = this.#options;
    const subject = this.#subjectOf(place);
    const { parts, change } = await factsOf(store, action, await this.#ground(place));
    const { verdict, reason, cited } = policies.decide(subject, {
      parts,
      change,
      sinceApproval: change,
      costUsd: { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 },
      ...momentOf(at ?? clock()),
      attended: !unattended && subject.automationId === undefined,
    });
    return {
      verdict,
      reason,
      cited: cited ? { ...cited.source, words: wordsOf(cited.rule) } : null,
      facts: parts.map(factWords),
    };
  }

  history({ scope, cursor, limit = 50 }: ParamsOf<Methods, "policy/history">) {
    return this.#options.policies.history(scope as PolicyScope, { cursor, limit });
  }

  #subjectOf({ projectId, threadId, automationId }: Place): PolicySubject {
    const { store, policies } = this.#options;
    if (threadId !== undefined) return policies.subjectOf(rows.thread(store, threadId));
    if (automationId !== undefined) {
      const { projectId: of, options } = rows.automation(store, automationId);
      return { projectId: of, automationId, preset: options.policy };
    }
    if (projectId !== undefined) rows.project(store, projectId);
    return { projectId, preset: usualPolicy };
  }

  /** Where an action would happen. */
  async #ground({ projectId, threadId, automationId }: Place): Promise<Ground> {
    const { store, projects } = this.#options;
    const thread = threadId === undefined ? undefined : rows.thread(store, threadId);
    const automation =
      automationId === undefined ? undefined : rows.automation(store, automationId);
    const id = thread?.projectId ?? automation?.projectId ?? projectId;
    if (id === undefined) return { projectId: undefined, root: undefined, checks: [] };
    const project = await projects.granted(rows.project(store, id).id, "ro");
    const root = thread?.worktree ?? project.path;
    return { projectId: project.id, root, checks: project.settings.checks ?? [] };
  }

  /** The threads that a scope holds for, the newest first. */
  #threadsOf(scope: PolicyScope): Thread[] {
    const { store } = this.#options;
    if (scope.type === "thread") return [rows.thread(store, scope.threadId)];
    const all = { status: ThreadStatus.options };
    if (scope.type === "global") return store.threads.where(all).reverse();
    if (scope.type === "project") {
      const { id } = rows.project(store, scope.projectId);
      return store.threads.where({ ...all, project_id: id }).reverse();
    }
    const { id } = rows.automation(store, scope.automationId);
    const runs = store.runs.where({ automation_id: id }).reverse();
    return runs.flatMap(({ threadId }) => (threadId && store.threads.find(threadId)) || []);
  }

  async #gitDirOf({ projectId }: Thread): Promise<string> {
    const { path } = await this.#options.projects.granted(projectId, "ro");
    return (await checkoutAt(path)).gitCommonDir;
  }

  /** What holds beside the policy of a scope. */
  #others(scope: PolicyScope, thread: Thread | undefined): Policy[] {
    const { policies } = this.#options;
    const subject = thread ? policies.subjectOf(thread) : this.#subjectOf(placeOf(scope));
    return policies.inForce(subject).filter((policy) => policy.scope.type !== scope.type);
  }
}

function placeOf({ type: _, ...place }: PolicyScope): Place {
  return place;
}

/** The rules that a text says; throws for each sentence that is not understood. */
function understood(text: string): PolicyRule[] {
  const compiled = compile(text);
  const refused = compiled.flatMap((one) => ("refusal" in one ? [one] : []));
  if (refused.length === 0) return compiled.flatMap((one) => ("rule" in one ? [one.rule] : []));
  const details = refused.map(({ sentence, refusal }) => ({
    sentence,
    refusal,
    nearest: nearestTemplates(sentence),
  }));
  const lines = details.map(({ sentence, refusal, nearest }) => {
    const forms = nearest.map(({ example }) => `  ${example}`).join("\n");
    return `"${sentence}" is not understood: ${refusal}; the nearest that are:\n${forms}`;
  });
  throw new DaemonError("invalidParams", lines.join("\n"), { refused: details });
}

function unique(rules: readonly PolicyRule[]): PolicyRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

function rulesIn(policies: readonly Policy[]): PolicyRule[] {
  return policies.flatMap(({ rules }) => rules.map(({ rule }) => rule));
}

function hashOf({ scope, version, rules }: Policy): string {
  return createHash("sha256").update(JSON.stringify({ scope, version, rules })).digest("hex");
}
