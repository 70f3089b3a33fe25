import {
  type PolicyEffect,
  PolicyException,
  PolicyRule,
  type PolicyTarget,
} from "@heddle/protocol";
import { passiveChange } from "./change.ts";
import { commandsOf, following, hostOf, listOf, pathOf } from "./lists.ts";
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
  reader.eat(",");
  reader.eat("please", "always", "please always");
  const { effect, target, except } = statement(reader);
  const exceptions = [...(except ? [except] : []), ...exceptionsOf(reader, target)];
  const when = conditions(reader, before);
  reader.eat("please");
  if (!reader.ended) throw reader.stuck("the end of the sentence");
  return checked({
    effect,
    target,
    ...(exceptions.length > 0 && { except: exceptions }),
    ...(Object.keys(when).length > 0 && { when }),
  });
}

function checked(rule: unknown): PolicyRule {
  const parsed = PolicyRule.safeParse(rule);
  if (parsed.success) return parsed.data;
  throw new NotUnderstood(parsed.error.issues[0]?.message ?? "it is no rule");
}

interface Statement extends Spoken {
  readonly effect: PolicyEffect;
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
  if (reader.eat(...allows)) {
    const spoken = spokenOf(reader);
    reader.eat(...unasked);
    return { effect: "allow", ...spoken };
  }
  const spoken = reader.try(() => withoutAsking(reader));
  if (spoken) return { effect: "allow", ...spoken };
  throw reader.stuck('a beginning such as "ask before", "never" or "allow"');
}

const unasked = ["without asking", "without asking me", "without approval", "unasked"];

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
  if (reader.eat(...unasked)) return spoken;
  throw new NotUnderstood('it has to say how: "ask before", "never", "allow" or "without asking"');
}

function passive(reader: Reader): PolicyTarget {
  const found = passiveChange(reader);
  if (found) return found;
  throw reader.stuck('a limit such as "more than 50 lines are changed"');
}

/** "Only change src/" forbids what is not in it. */
function only(reader: Reader): Statement {
  const { target, except } = spokenOf(reader);
  const isWhole = except === undefined;
  if (isWhole && target.type === "change" && target.paths && !target.outside && !target.over) {
    return { effect: "deny", target: { ...target, outside: true } };
  }
  if (isWhole && target.type === "connection" && !target.others) {
    return { effect: "deny", target: { ...target, others: true } };
  }
  if (isWhole && target.type === "command" && (target.argv || target.class)) {
    return { effect: "deny", target: { type: "command" }, except: target };
  }
  throw new NotUnderstood('"only" needs files, commands or hosts that are named');
}

/** What follows "except", as actions or, more shortly, as names of what the rule is about. */
function exceptionsOf(reader: Reader, target: PolicyTarget): PolicyException[] {
  const begins = reader.try(() => {
    reader.eat(",");
    return reader.eat("except", "except for", "except when", "but not", "other than", "excluding");
  });
  if (begins === undefined) return [];
  if (target.type === "spending" || (target.type === "change" && target.over)) {
    throw new NotUnderstood(
      'a rule that counts has no exceptions; say what it counts, as in "in src/" or "outside docs/"',
    );
  }
  const short = reader.try(() => shortException(reader, target));
  return short ? [short] : listOf(reader, () => exception(reader), "what is excepted");
}

function exception(reader: Reader): PolicyException | undefined {
  const { target, except } = spokenOf(reader);
  const parsed = PolicyException.safeParse(target);
  if (parsed.success && except === undefined) return parsed.data;
  throw new NotUnderstood("an exception is one kind of file, command or host");
}

function shortException(reader: Reader, target: PolicyTarget): PolicyException | undefined {
  switch (target.type) {
    case "connection": {
      const host = hostOf(reader);
      if (host === undefined) return undefined;
      return { type: "connection", hosts: [host, ...following(reader, hostOf)] };
    }
    case "change": {
      reader.eat("in", "files in", "for");
      const readPath = (from: Reader) => pathOf(from, false);
      const path = readPath(reader);
      return path === undefined
        ? undefined
        : { type: "change", paths: [path, ...following(reader, readPath)] };
    }
    case "command":
      return reader.next?.quoted ? { type: "command", argv: commandsOf(reader) } : undefined;
    default:
      return undefined;
  }
}
