import { PolicyException, type PolicyTarget } from "@heddle/protocol";
import { commandsOf } from "./commands.ts";
import { hostOf, isCertainlyHost } from "./hosts.ts";
import { following, listOf } from "./lists.ts";
import { pathsFrom } from "./paths.ts";
import { isKnownProgram } from "./programs.ts";
import { NotUnderstood, type Reader } from "./reader.ts";
import { spokenOf } from "./targets.ts";

/** What follows "except", as actions or, more shortly, as names of what the rule is about. */
export function exceptionsOf(reader: Reader, target: PolicyTarget): PolicyException[] {
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
  const found = short ? [short] : listOf(reader, () => exception(reader), "what is excepted");
  if (found.every((one) => canExcept(target, one))) return found;
  throw new NotUnderstood(
    "what is excepted has to be of the kind that the rule is about: files such as tests/, or commands",
  );
}

/** Whether something can be both what a rule is about and what it makes an exception of. */
export function canExcept(target: PolicyTarget, exception: PolicyException): boolean {
  if (target.type === "anything" || target.type === exception.type) return true;
  if (target.type === "change" || exception.type === "change") return false;
  const { type } = exception;
  const goesOut = type === "connection" || (type === "command" && exception.class === "network");
  return target.type !== "tool" || goesOut;
}

function exception(reader: Reader): PolicyException | undefined {
  const { target, except } = spokenOf(reader);
  const parsed = PolicyException.safeParse(target);
  if (parsed.success && except === undefined) return parsed.data;
  throw new NotUnderstood("an exception is one kind of file, command or host");
}

function shortException(reader: Reader, target: PolicyTarget): PolicyException | undefined {
  switch (target.type) {
    case "connection":
      return hostsExcepted(reader);
    case "change": {
      reader.eat("in", "files in", "for");
      const paths = pathsFrom(reader);
      return paths && { type: "change", paths };
    }
    case "command": {
      const isHost = target.class === "network" && isCertainlyHost(reader.next?.text ?? "");
      return isHost ? hostsExcepted(reader) : commandsExcepted(reader, target);
    }
    default:
      return undefined;
  }
}

function hostsExcepted(reader: Reader): PolicyException | undefined {
  const host = hostOf(reader);
  return host === undefined
    ? undefined
    : { type: "connection", hosts: [host, ...following(reader, hostOf)] };
}

type Commands = Extract<PolicyTarget, { type: "command" }>;

function commandsExcepted(reader: Reader, target: Commands): PolicyException | undefined {
  if (!reader.next?.quoted) return undefined;
  const argv = commandsOf(reader);
  const idle = argv.find((words) => !mayBeOf(target, words));
  if (idle === undefined) return { type: "command", argv };
  throw new NotUnderstood(
    `"${idle.join(" ")}" is no command that the rule speaks of; say the whole of one, such as 'git push origin'`,
  );
}

/** Whether an exception can be one, as far as the names of programs tell. */
function mayBeOf({ argv, class: kind }: Commands, [program = ""]: readonly string[]): boolean {
  if (argv) return argv.some(([name]) => name === program);
  return kind === undefined || isKnownProgram(program);
}
