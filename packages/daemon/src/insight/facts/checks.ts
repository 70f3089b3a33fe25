import type { CheckCommand } from "@heddle/protocol";
import type { Manifest } from "../index-types.ts";
import { ciChecks } from "./ci-checks.ts";
import { kindOfCommand, kindOfName } from "./command-kind.ts";
import { conventionChecks } from "./convention-checks.ts";
import { makeChecks } from "./make-checks.ts";
import type { Subject } from "./subject.ts";
import { byText } from "./top.ts";

const order = ["test", "types", "lint", "format", "build", "check"];
const atMost = 60;

/** The commands that tell whether the project is sound, with where that is said. */
export function checksOf(subject: Subject): CheckCommand[] {
  const found = [
    ...subject.index.manifests.flatMap((manifest) => scriptChecks(subject, manifest)),
    ...makeChecks(subject),
    ...conventionChecks(subject),
    ...ciChecks(subject),
  ];
  const seen = new Set<string>();
  const once = found.filter(({ command, place, source }) => {
    const key = source === "ci" ? command : `${command} ${place.path}`;
    // What CI runs and a manifest declares is told once, by the manifest.
    const known =
      seen.has(key) ||
      (source === "ci" &&
        found.some((other) => other.source !== "ci" && other.command === command));
    seen.add(key);
    return !known;
  });
  return once.sort(byWeight).slice(0, atMost);
}

const depth = ({ place }: CheckCommand): number => place.path.split("/").length;
const sources = ["manifest", "convention", "ci"];

function byWeight(a: CheckCommand, b: CheckCommand): number {
  return (
    order.indexOf(a.kind) - order.indexOf(b.kind) ||
    sources.indexOf(a.source) - sources.indexOf(b.source) ||
    depth(a) - depth(b) ||
    byText(a.place.path, b.place.path) ||
    a.place.line - b.place.line
  );
}

function scriptChecks(
  subject: Subject,
  { ecosystem, path, dir, scripts }: Manifest,
): CheckCommand[] {
  if (ecosystem !== "npm" && ecosystem !== "composer") return [];
  const runner = ecosystem === "npm" ? npmRunner(subject, dir) : "composer";
  return scripts.flatMap(({ name, command, line }): CheckCommand[] => {
    // What npm writes into a new package.json is no check.
    if (/no test specified/.test(command)) return [];
    const kind = kindOfName(name) ?? kindOfCommand(command);
    if (kind === undefined || /^(?:pre|post)\w/.test(name) || /watch|fix|:dev\b/.test(name))
      return [];
    const short = name === "test" || runner === "yarn" || runner === "composer";
    const run = short ? `${runner} ${name}` : `${runner} run ${name}`;
    return [{ kind, command: run, place: { path, line }, source: "manifest" }];
  });
}

/** The package manager whose lock file lies beside the manifest or above it. */
function npmRunner({ index }: Subject, dir: string): string {
  const locks = {
    "pnpm-lock.yaml": "pnpm",
    "yarn.lock": "yarn",
    "bun.lock": "bun",
    "bun.lockb": "bun",
  };
  for (const folder of new Set([dir, ""])) {
    for (const [lock, runner] of Object.entries(locks)) {
      if (index.numberOf(folder === "" ? lock : `${folder}/${lock}`) !== undefined) return runner;
    }
  }
  return "npm";
}
