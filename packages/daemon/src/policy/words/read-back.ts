import type {
  PolicyException,
  PolicyRule,
  PolicyTarget,
  PolicyTime,
  Weekday,
} from "@heddle/protocol";
import { anchored } from "../anchors.ts";
import { looksLikeHost } from "./hosts.ts";
import { oddBarePath } from "./paths.ts";

/** A rule as a sentence, which compiles to the same rule again. */
export function wordsOf(given: PolicyRule): string {
  const rule = anchored(given);
  const exceptions = listed((rule.except ?? []).map(gerund), "or");
  const sentence = [
    ...(rule.when ? [`${whenWords(rule.when)}, `] : []),
    statement(rule),
    ...(exceptions === "" ? [] : [`, except ${exceptions}`]),
    ".",
  ].join("");
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function listed(words: readonly string[], conjunction: "and" | "or"): string {
  const last = words.at(-1) ?? "";
  const before = words.slice(0, -1).join(", ");
  return before === "" ? last : `${before} ${conjunction} ${last}`;
}

function statement({ effect, target }: PolicyRule): string {
  switch (effect) {
    case "ask":
      return `ask before ${gerund(target)}`;
    case "deny":
      return `never ${infinitive(target)}`;
    case "allow":
      return `allow ${gerund(target)}`;
  }
}

const gerunds: Readonly<Record<string, string>> = {
  do: "doing",
  change: "changing",
  add: "adding",
  delete: "deleting",
  run: "running",
  install: "installing",
  use: "using",
  connect: "connecting",
  touch: "touching",
  spend: "spending",
};

/** What is done, as in "ask before doing anything". */
function gerund(target: PolicyTarget): string {
  const [verb, object] = phrase(target);
  return `${gerunds[verb]} ${object}`;
}

function infinitive(target: PolicyTarget): string {
  return phrase(target).join(" ");
}

function phrase(target: PolicyTarget | PolicyException): [verb: string, object: string] {
  switch (target.type) {
    case "anything":
      return ["do", "anything"];
    case "change":
      return [target.kind ?? "change", changeWords(target)];
    case "command":
      return commandWords(target);
    case "connection": {
      const hosts = listed(target.hosts.map(host), "or");
      return ["connect", target.others ? `to hosts other than ${hosts}` : `to ${hosts}`];
    }
    case "outsideWorktree":
      return ["touch", "files outside the worktree"];
    case "tool":
      return ["use", toolWords(target)];
    case "spending":
      return ["spend", `more than $${target.overUsd} ${spendingPeriods[target.per]}`];
  }
}

function toolWords({ names, remote }: Extract<PolicyTarget, { type: "tool" }>): string {
  const what = remote ? "remote MCP tools" : "MCP tools";
  if (names === undefined) return what;
  return `${what} of ${listed(
    names.map((name) => `'${name}'`),
    "or",
  )}`;
}

const spendingPeriods = {
  turn: "in one turn",
  thread: "in one thread",
  day: "in one day",
  sinceLastApproval: "since the last approval",
} as const;
const changePeriods = {
  file: "in one file",
  change: "in one change",
  sinceLastApproval: "since the last approval",
} as const;

function changeWords(target: Extract<PolicyTarget, { type: "change" }>): string {
  const paths = listed((target.paths ?? []).map(path), "or");
  const where = target.outside ? `outside ${paths}` : paths;
  const { over } = target;
  if (over === undefined) {
    if (paths === "") return "files";
    if (target.outside) return `files ${where}`;
    return target.kind ? `files matching ${where}` : where;
  }
  const place = paths === "" ? "" : target.outside ? ` ${where}` : ` of ${where}`;
  return `more than ${over.count} ${over.of}${place} ${changePeriods[over.per]}`;
}

function commandWords({
  argv,
  exact,
  class: kind,
}: Extract<PolicyTarget, { type: "command" }>): [string, string] {
  if (argv) {
    const names = argv.map((words) => `'${words.join(" ")}'`);
    return ["run", `${exact ? "exactly " : ""}${listed(names, "or")}`];
  }
  switch (kind) {
    case "test":
      return ["run", "tests"];
    case "install":
      return ["install", "packages"];
    case "versionControl":
      return ["run", "git commands that write"];
    case "network":
      return ["use", "the network"];
    case undefined:
      return ["run", "commands"];
  }
}

/** Bare where a sentence can hold it so; what is of the root alone begins with `./`. */
function path(pattern: string): string {
  const text = pattern.startsWith("/") ? `.${pattern}` : pattern;
  const isBare = oddBarePath(text) === undefined;
  return isBare && /^[\w@*/.-]*[/.*][\w@*/-]*[\w*/]$|^[\w@-]+\/$/.test(text) ? text : `'${text}'`;
}

function host(text: string): string {
  return text !== "localhost" && looksLikeHost(text) ? text : `'${text}'`;
}

const days: Readonly<Record<Weekday, string>> = {
  mon: "Monday",
  tue: "Tuesday",
  wed: "Wednesday",
  thu: "Thursday",
  fri: "Friday",
  sat: "Saturday",
  sun: "Sunday",
};

function whenWords({ days: named, hours, attended }: PolicyTime): string {
  return [
    ...(named
      ? [
          `on ${listed(
            named.map((day) => days[day]),
            "and",
          )}`,
        ]
      : []),
    ...(hours ? [`between ${hours.from} and ${hours.to}`] : []),
    ...(attended === undefined ? [] : [attended ? "while attended" : "while unattended"]),
  ].join(" ");
}
