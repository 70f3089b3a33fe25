import { newId, type PolicyRule, type PolicyScope, ProjectId } from "@heddle/protocol";
import { expect, test } from "vitest";
import type { Facts, FileFact } from "../../policy/facts.ts";
import { compile } from "../../policy/words/compile.ts";
import { openDatabase } from "../../store/database.ts";
import { Store } from "../../store/store.ts";
import { Journal } from "../journal.ts";
import { Policies, type PolicySubject } from "./policies.ts";

const actor = { name: "test", kind: "script" } as const;
const projectId = newId(ProjectId);
const project: PolicyScope = { type: "project", projectId };
const everywhere: PolicyScope = { type: "global" };

function open() {
  const db = openDatabase(":memory:");
  const store = new Store(db);
  const journal = new Journal({ store, clock: () => 1, logError: () => {} });
  const policies = new Policies(store);
  const set = (scope: PolicyScope, text: string) =>
    journal.write(actor, (tx) => policies.set(tx, scope, rulesOf(text)));
  return { db, store, policies, set, [Symbol.dispose]: () => void db.close() };
}

function rulesOf(text: string): PolicyRule[] {
  return compile(text).flatMap((one) => ("rule" in one ? [one.rule] : []));
}

const file: FileFact = { path: "src/a.ts", kind: "update", added: 1, deleted: 0 };
const facts: Omit<Facts, "parts"> = {
  change: [file],
  sinceApproval: [file],
  costUsd: { turn: 0, thread: 0, day: 0, sinceLastApproval: 0 },
  time: "12:00",
  day: "mon",
  attended: true,
};
const change: Facts = { ...facts, parts: [{ type: "file", file }] };
const command: Facts = {
  ...facts,
  parts: [
    {
      type: "command",
      words: ["ls"],
      unknown: undefined,
      hosts: [],
      outside: false,
      isCheck: false,
    },
  ],
};
const subject = (preset: PolicySubject["preset"]): PolicySubject => ({ projectId, preset });

test("what no rule speaks of is decided by the preset of the thread", () => {
  using it = open();
  const verdicts = (["workspace", "ask", "readOnly"] as const).map((preset) =>
    [command, change].map((action) => it.policies.decide(subject(preset), action).verdict),
  );
  expect(verdicts).toEqual([
    ["allow", "allow"],
    ["ask", "ask"],
    ["allow", "deny"],
  ]);
});

test("the strictest scope wins, and the decision cites its rule and version", () => {
  using it = open();
  it.set(everywhere, "Allow changing files");
  it.set(project, "Never change src/");
  it.set(project, "Ask before changing src/");
  expect(it.policies.decide(subject("workspace"), change)).toEqual({
    verdict: "ask",
    reason: "Ask before changing src/.",
    cited: { rule: rulesOf("Ask before changing src/")[0], source: { scope: project, version: 2 } },
  });
  expect(it.policies.decide({ preset: "ask" }, change).verdict).toBe("allow");
});

test("every version is kept, with who set it", () => {
  using it = open();
  for (const text of ["Never push", "Ask before pushing", ""]) it.set(project, text);
  const { data, nextCursor } = it.policies.history(project, { limit: 2 });
  expect(data.map(({ version, rules }) => [version, rules.map(({ words }) => words)])).toEqual([
    [3, []],
    [2, ["Ask before running 'git push'."]],
  ]);
  expect(data[0]).toMatchObject({ setBy: actor, setAt: 1 });
  const rest = it.policies.history(project, { limit: 2, cursor: nextCursor ?? "" });
  expect(rest).toMatchObject({ data: [{ version: 1 }], nextCursor: null });
});

test("a policy that cannot be read asks for everything", () => {
  using it = open();
  it.set(project, "Allow changing files");
  it.db.exec(`UPDATE policy SET rules = '[{"effect":"perhaps"}]'`);
  for (const action of [command, change]) {
    expect(it.policies.decide(subject("workspace"), action)).toEqual({
      verdict: "ask",
      reason: "The policy of this project cannot be read; set it again.",
      cited: undefined,
    });
  }
  expect(it.policies.read(project)).toMatchObject({ version: 1, broken: true, rules: [] });
});
