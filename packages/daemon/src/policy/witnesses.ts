import type { PolicyException, PolicyRule, PolicyTarget } from "@heddle/protocol";
import type { Facts, FileFact, Part } from "./facts.ts";

/** Stands for any name. */
const any = "-";

/** Where nothing was spent or changed, so that no rule that counts applies. */
export const noCircumstances: Facts = {
  parts: [],
  change: [],
  sinceApproval: [],
  costUsd: { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 },
  time: "12:00",
  day: "mon",
  attended: true,
};

/** Things that could be done, chosen so that they tell apart what some rules speak of. */
export function witnesses(rules: readonly PolicyRule[]): Part[] {
  const targets = rules.flatMap(({ target, except = [] }) => [target, ...except]);
  return [
    ...files(targets),
    ...commands(targets),
    ...connections(targets, rules.some(forbidsNetwork)),
    ...tools(targets),
  ];
}

function files(targets: readonly PolicyTarget[]): Part[] {
  const named = targets.flatMap((target) => (target.type === "change" ? (target.paths ?? []) : []));
  const names = [any, ...named.map(pathLike)];
  const within = named
    .filter((path) => path.endsWith("/"))
    .map((path) => pathLike(path).slice(0, -1));
  const paths = names.flatMap((name) => [
    name,
    ...[`${any}/`, ...within].map((folder) => folder + name),
  ]);
  const isByKind = targets.some((target) => target.type === "change" && target.kind);
  const kinds = isByKind ? (["add", "update", "delete"] as const) : (["update"] as const);
  return [...new Set(paths)].flatMap((path) => kinds.map((kind) => fileOf(path, kind)));
}

function fileOf(path: string, kind: FileFact["kind"]): Part {
  return { type: "file", file: { path, kind, added: 1, deleted: 1 } };
}

/** A path that a pattern matches. */
function pathLike(pattern: string): string {
  const path = pattern.replace(/^\//, "").replaceAll(/\*+|\?/g, any);
  return path.endsWith("/") ? path + any : path;
}

/** Of each class some, and what may make another one of a longer command. */
const typical = [
  ...["npm test", "npm run test", "pytest", "go test", "npx vitest", "npm install", "pip install"],
  ...["npx", "cargo add", "git push", "git fetch", "git commit", "hg commit", "curl", "ssh", any],
].map((text) => text.split(" "));
const further = [any, "test", "install", "push"];

function commands(targets: readonly PolicyTarget[]): Part[] {
  const named = targets.flatMap((target) => (target.type === "command" ? (target.argv ?? []) : []));
  const words = [
    ...typical,
    ...named.flatMap((argv) => [argv, ...further.map((word) => [...argv, word])]),
  ];
  const within = words.map((argv) => commandOf({ words: argv, outside: false }));
  return [...within, commandOf({ words: ["cat", "/-"], outside: true })];
}

type Command = Extract<Part, { type: "command" }>;

function commandOf(some: Partial<Command>): Part {
  const nothing = { words: [], hosts: [], unknown: undefined, outside: false, isCheck: false };
  return { type: "command", ...nothing, ...some };
}

const forbidsNetwork = ({ target }: PolicyRule): boolean =>
  target.type === "command" && target.class === "network";

/** By no program in particular, unless programs that use the network are what a rule is about. */
function connections(targets: readonly PolicyTarget[], byProgram: boolean): Part[] {
  const named = targets.flatMap((target) => (target.type === "connection" ? target.hosts : []));
  return [any, ...named].map((pattern) => {
    const host = pattern.replace("*", any);
    return commandOf({ words: byProgram ? ["curl", host] : [], hosts: [host] });
  });
}

function tools(targets: readonly (PolicyTarget | PolicyException)[]): Part[] {
  const named = targets.flatMap((target) => (target.type === "tool" ? (target.names ?? []) : []));
  return [any, ...named].flatMap((name) => {
    const [server = any, tool = any] = name.split("/");
    return [undefined, any].map(
      (host): Part => ({ type: "tool", server, tool, host, outside: false, confined: false }),
    );
  });
}
