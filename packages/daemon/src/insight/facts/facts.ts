import type { Facts } from "@heddle/protocol";
import type { TreeIndex } from "../index-types.ts";
import { aboutOf } from "./about.ts";
import { checksOf } from "./checks.ts";
import { cyclesOf } from "./cycles.ts";
import { deadFilesOf } from "./dead-files.ts";
import { dependenciesOf } from "./dependencies.ts";
import { entryPointsOf } from "./entry-points.ts";
import { type History, historyOf } from "./history.ts";
import { hubsOf } from "./hubs.ts";
import { languagesOf, otherFilesOf, sum } from "./languages.ts";
import { notesOf } from "./notes.ts";
import { packagesOf } from "./packages.ts";
import { styleOf } from "./style.ts";
import { subjectOf } from "./subject.ts";
import { testsOf } from "./tests.ts";
import { unresolvedOf } from "./unresolved.ts";

export interface FactsInput {
  readonly index: TreeIndex;
  readonly commit: string | null;
  readonly history: History | null;
}

/** All facts of a tree. Deterministic: the same tree and history give the same facts. */
export async function factsOf({ index, commit, history }: FactsInput): Promise<Facts> {
  const subject = subjectOf(index);
  const { sources } = subject;
  // Each is computed in a step of its own, so that whatever else is waiting comes in between.
  const step = async <Fact>(fact: () => Fact): Promise<Fact> => {
    await new Promise((resolve) => setImmediate(resolve));
    return fact();
  };
  return {
    root: index.root,
    commit,
    about: await step(() => aboutOf(subject)),
    notes: notesOf(index),
    files: index.files.length,
    bytes: index.files.reduce((total, { size }) => total + size, 0),
    sources: sources.length,
    codeLines: sum(sources, "codeLines"),
    others: otherFilesOf(subject),
    languages: await step(() => languagesOf(subject)),
    entryPoints: await step(() => entryPointsOf(subject)),
    packages: await step(() => packagesOf(subject)),
    dependencies: await step(() => dependenciesOf(subject)),
    cycles: await step(() => cyclesOf(subject)),
    hubs: await step(() => hubsOf(subject)),
    deadFiles: await step(() => deadFilesOf(subject)),
    unresolved: await step(() => unresolvedOf(subject)),
    tests: await step(() => testsOf(subject)),
    checks: await step(() => checksOf(subject)),
    style: await step(() => styleOf(subject)),
    history: history && (await step(() => historyOf(subject, history))),
  };
}
