import {
  type PolicyEffect,
  PolicyRule,
  type PolicyTarget,
  type PolicyTime,
} from "@heddle/protocol";
import { anchored } from "../anchors.ts";
import { passiveChange } from "./change.ts";
import { exceptionsOf } from "./exceptions.ts";
import { NotUnderstood, Reader } from "./reader.ts";
import { type Spoken, spokenOf } from "./targets.ts";
import { sentencesOf, tokensOf } from "./tokens.ts";
import { conditions } from "./when.ts";

export type Compiled =
  | { readonly sentence: string; readonly rule: PolicyRule }
  | { readonly sentence: string; readonly refusal: string };

/** Compiles each sentence of a text to a rule, or says why it is none. Nothing is guessed. */
export function compile(text: string): Compiled[] {
  return sentencesOf(text).map((sentence) => {
    try {
      return { sentence, rule: ruleOf(sentence) };
    } catch (error) {
      if (error instanceof NotUnderstood) return { sentence, refusal: error.message };
      throw error;
    }
  });
}

function ruleOf(sentence: string): PolicyRule {
  const reader = new Reader(tokensOf(sentence));
  const before = conditions(reader);
  const isApart = reader.eat(",") !== undefined;
  reader.eat("please", "always", "please always");
  const said = statement(reader);
  const inPassing = said.except ? [said.except] : [];
  const further = exceptionsOf(reader, said.target);
  const during = conditions(reader, before);
  const effect = reader.eat(...unapproved) ? effectUnapproved(said) : said.effect;
  const when = conditions(reader, during);
  reader.eat("please");
  if (!reader.ended) throw unended(reader);
  if (said.only) refuseOnly({ excepts: further.length > 0, before: isApart ? before : {}, when });
  const exceptions = [...inPassing, ...further];
  return checked({
    effect,
    target: said.target,
    ...(exceptions.length > 0 && { except: exceptions }),
    ...(Object.keys(when).length > 0 && { when }),
  });
}

function unended(reader: Reader): NotUnderstood {
  const stuck = reader.stuck("the end of the sentence");
  if (!reader.sees("and", "or", ",")) return stuck;
  const advice = "say one thing in each sentence, and put the names of a list into quotation marks";
  return new NotUnderstood(`${stuck.message}; ${advice}`);
}

function checked(rule: unknown): PolicyRule {
  const parsed = PolicyRule.safeParse(rule);
  if (!parsed.success) throw new NotUnderstood(parsed.error.issues[0]?.message ?? "it is no rule");
  const { effect, target, except } = parsed.data;
  if (effect !== "allow") return anchored(parsed.data);
  if (except) {
    throw new NotUnderstood(
      'what is excepted from "allow" is not forbidden by it; say it in a sentence of its own, with "ask before" or "never"',
    );
  }
  if (counts(target)) throw new NotUnderstood('a limit is for "ask before" or "never"');
  return anchored(parsed.data);
}

function counts(target: PolicyTarget): boolean {
  return target.type === "spending" || (target.type === "change" && target.over !== undefined);
}

const unapproved = [
  ...["without asking", "without asking me", "without asking first", "without asking me first"],
  ...["without approval", "without my approval", "without permission", "without my permission"],
  ...["without confirmation", "without my confirmation", "without my consent", "unasked"],
];

/** "Never push without asking" is "ask before pushing". */
function effectUnapproved({ effect, target, only }: Statement): PolicyEffect {
  if (effect === "deny" && !only) return "ask";
  if (effect === "allow" || (effect === "ask" && counts(target))) return effect;
  throw new NotUnderstood('it does not tell what is asked about; say "ask before" or "allow"');
}

interface Only {
  readonly excepts: boolean;
  /** The time that stood before the rest, apart from it. */
  readonly before: PolicyTime;
  readonly when: PolicyTime;
}

/** "Only push on Fridays" would leave all else free on other days, which nobody means. */
function refuseOnly({ excepts, before, when }: Only): void {
  if (excepts) {
    throw new NotUnderstood(
      '"only" has no exceptions; say them in a sentence of their own, as in "Never change src/vendor/"',
    );
  }
  if (Object.keys(when).length > Object.keys(before).length) throw onlyAtTimes();
}

function onlyAtTimes(): NotUnderstood {
  return new NotUnderstood(
    '"only" with a time can mean two things; say when it is forbidden, as in "On weekends, never push"',
  );
}

interface Statement extends Spoken {
  readonly effect: PolicyEffect;
  /** Whether it forbids what is not named. */
  readonly only?: true;
}

const asks = [
  ...["ask before", "ask me before", "ask first before", "ask for approval before"],
  ...["ask for my approval before", "ask for permission before", "ask permission before"],
  ...["always ask before", "always ask me before", "request approval before", "confirm before"],
  ...["get approval before", "get my approval before", "check with me before", "pause before"],
  ...["stop and ask before", "wait for approval before", "wait for my approval before"],
  ...["require approval before", "require approval for", "require my approval for"],
  ...["need approval for", "need my approval for", "i want to be asked before"],
];
const asksWhen = ["ask when", "ask if", "ask me when", "ask me if", "ask once", "pause when"];
const denies = [
  ...["never", "do not", "don't", "you must not", "must not", "must never", "you must never"],
  ...["you may not", "you may never", "may not", "may never", "forbid", "deny", "refuse"],
  ...["prohibit", "block", "disallow", "never ever", "it must not", "it may not", "do not ever"],
];
const allows = [
  ...["allow", "permit", "always allow", "you may", "you can", "you may always", "it may"],
  ...["allow it to", "allow the agent to", "you are allowed to", "feel free to"],
];

function statement(reader: Reader): Statement {
  if (reader.eat(...asksWhen)) return { effect: "ask", target: passive(reader) };
  if (reader.eat(...asks)) return { effect: "ask", ...spokenOf(reader) };
  if (reader.eat("only", "you may only", "it may only", "only allow")) return only(reader);
  if (reader.eat("stay in the worktree", "stay inside the worktree", "stay in the project")) {
    return { effect: "deny", target: { type: "outsideWorktree" } };
  }
  if (reader.eat(...denies)) return { effect: "deny", ...spokenOf(reader) };
  if (reader.eat(...allows)) return { effect: "allow", ...spokenOf(reader) };
  const spoken = reader.try(() => withoutAsking(reader));
  if (spoken) return { effect: "allow", ...spoken };
  throw reader.stuck('a beginning such as "ask before", "never" or "allow"');
}

/** "Run tests without asking": without these words it is a request, not a rule. */
function withoutAsking(reader: Reader): Spoken | undefined {
  const begins = [
    "run",
    "change",
    "edit",
    "install",
    "create",
    "delete",
    "use",
    "connect to",
    "add",
  ];
  if (!reader.sees(...begins)) return undefined;
  const spoken = spokenOf(reader);
  if (reader.sees(...unapproved)) return spoken;
  throw new NotUnderstood('it has to say how: "ask before", "never", "allow" or "without asking"');
}

function passive(reader: Reader): PolicyTarget {
  const found = passiveChange(reader);
  if (found) return found;
  throw reader.stuck('a limit such as "more than 50 lines are changed"');
}

const running = ["run", "running", "execute", "executing", "tests", "the tests"];

/** "Only change src/" forbids what is not in it. */
function only(reader: Reader): Statement {
  const isRunning = reader.sees(...running);
  const { target, except } = spokenOf(reader);
  const forbidden = except === undefined ? others(target, isRunning) : undefined;
  if (forbidden) return { effect: "deny", only: true, ...forbidden };
  if (Object.keys(conditions(reader)).length > 0) throw onlyAtTimes();
  throw new NotUnderstood(
    '"only" needs files, hosts or commands that are named, as in "Only run \'npm test\'"',
  );
}

/** All of its kind but this. */
function others(target: PolicyTarget, isRunning: boolean): Spoken | undefined {
  if (target.type === "change" && target.paths && !target.outside && !target.over) {
    return { target: { ...target, outside: true } };
  }
  if (target.type === "connection" && !target.others) {
    return { target: { ...target, others: true } };
  }
  const isNamed = target.type === "command" && (target.argv || target.class === "test");
  return isRunning && isNamed ? { target: { type: "command" }, except: target } : undefined;
}
