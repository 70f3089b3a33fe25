import {
  type Approval,
  type ApprovalSubject,
  CommandPrefix,
  DaemonError,
  PolicyException,
  PolicyRule,
  type RuleOffer,
} from "@heddle/protocol";
import type { Decision } from "../../policy/decide.ts";
import { commandsIn } from "../../policy/shell.ts";
import { compile } from "../../policy/words/compile.ts";
import { wordsOf } from "../../policy/words/read-back.ts";
import type { Transaction } from "../journal.ts";
import type { Policies, RuleSource } from "./policies.ts";

/**
 * The rule that would have let this very action pass, if the project's policy can have one: beside
 * the others, or in place of the one that asked. A rule of a wider or narrower scope stays as it is.
 */
export function offerFor(
  { cited, doubtful, unreadable }: Decision<RuleSource>,
  subject: ApprovalSubject,
): RuleOffer | null {
  if (unreadable) return null;
  const target = exactly(subject);
  if (target === undefined) return null;
  if (cited === undefined || doubtful) return offered({ effect: "allow", target }, null);
  const { rule, source } = cited;
  if (source.scope?.type !== "project" || "over" in rule.target) return null;
  const amended = PolicyRule.safeParse({ ...rule, except: [...(rule.except ?? []), target] });
  return amended.success ? offered(amended.data, wordsOf(rule)) : null;
}

/** What is kept is the sentence, so that there is no offer where none says it. */
function offered(rule: PolicyRule, replaces: string | null): RuleOffer | null {
  const words = wordsOf(rule);
  const compiled = compile(words);
  return compiled.every((one) => "rule" in one) ? { words, replaces } : null;
}

/** The action as a rule can name it: this command alone, this tool, or changes of these files. */
function exactly(subject: ApprovalSubject): PolicyException | undefined {
  if (subject.type === "patch") return filesIn(subject.changes.map(({ path }) => path));
  if (subject.type === "mcpTool") {
    const names = [`${subject.server}/${subject.tool}`];
    return PolicyException.safeParse({ type: "tool", names }).data;
  }
  if (subject.type !== "command") return undefined;
  const [command, ...others] = commandsIn(subject.cmd);
  if (command === undefined || others.length > 0 || command.redirects.length > 0) return undefined;
  const words = CommandPrefix.safeParse(command.words);
  return words.success ? { type: "command", argv: [words.data], exact: true } : undefined;
}

const offeredFiles = 3;

/** A name without a folder would stand for every file of that name. */
function filesIn(paths: readonly string[]): PolicyException | undefined {
  const areExact = paths.every((path) => path.includes("/") && /^[\w./@-]+$/.test(path));
  if (!areExact || paths.length > offeredFiles) return undefined;
  return { type: "change", paths: [...paths] };
}

/** Makes the offer of an approval a rule of its project. */
export function keepOffer(policies: Policies, tx: Transaction, approval: Approval): void {
  const { id, offer, projectId } = approval;
  const [compiled] = offer ? compile(offer.words) : [];
  if (offer === null || compiled === undefined || !("rule" in compiled)) {
    const message = `${id} offers no rule; accept it once, or for its thread`;
    throw new DaemonError("invalidParams", message, { approvalId: id });
  }
  const scope = { type: "project", projectId } as const;
  const { rules } = policies.whole(scope);
  const kept = rules.filter(({ words }) => words !== offer.replaces).map(({ rule }) => rule);
  policies.set(tx, scope, [...kept, compiled.rule]);
}
