import {
  type Approval,
  newId,
  type PolicyRule,
  type PolicyScope,
  ProjectId,
} from "@heddle/protocol";
import { expect, test } from "vitest";
import type { Facts, FileFact } from "../../policy/facts.ts";
import { compile } from "../../policy/words/compile.ts";
import { openDatabase } from "../../store/database.ts";
import { Store } from "../../store/store.ts";
import { Journal } from "../journal.ts";
import { keepOffer, offerFor } from "./offers.ts";
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
  return { db, store, journal, policies, set, [Symbol.dispose]: () => void db.close() };
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

/** Damages the newest rules of a project, all of them or those behind the first one. */
function damage({ db }: ReturnType<typeof open>, rules = "$") {
  db.exec(`UPDATE policy SET rules = json_set(rules, '${rules}', json('[{"effect":"perhaps"}]'))
    WHERE name LIKE 'project/%'`);
}

test("a policy that cannot be read takes nothing from what others deny", () => {
  using it = open();
  it.set(everywhere, "Never change src/. Allow running commands");
  it.set(project, "Ask before pushing");
  damage(it);
  const verdicts = [change, command].map(
    (action) => it.policies.decide(subject("workspace"), action).verdict,
  );
  expect(verdicts).toEqual(["deny", "ask"]);
});

test("the rules that can be read of a damaged policy still deny", () => {
  using it = open();
  it.set(project, "Never change src/. Ask before pushing");
  damage(it, "$[1]");
  const verdicts = [change, command].map(
    (action) => it.policies.decide(subject("workspace"), action).verdict,
  );
  expect(verdicts).toEqual(["deny", "ask"]);
  expect(it.policies.read(project)).toMatchObject({
    broken: true,
    rules: [{ words: "Never change src/." }],
  });
});

test("a rule that was offered is not kept in a policy that cannot be read", async () => {
  using it = open();
  it.set(project, "Never push");
  damage(it);
  const decision = it.policies.decide(subject("workspace"), command);
  const asked = { type: "command", cmd: "ls", cwd: "/", tty: false } as const;
  expect(offerFor(decision, asked)).toBe(null);
  const offer = { words: "Allow running exactly 'ls'.", replaces: null };
  const approval = { id: "apr_1", projectId, offer } as unknown as Approval;
  const keep = () => it.journal.write(actor, (tx) => keepOffer(it.policies, tx, approval));
  expect(keep).toThrow(/the policy of this project cannot be read, .*; set all of it again/);
  expect(it.policies.read(project)).toMatchObject({ version: 1, broken: true });
});

test("a policy that cannot be read asks for everything", () => {
  using it = open();
  it.set(project, "Allow changing files");
  damage(it);
  for (const action of [command, change]) {
    expect(it.policies.decide(subject("workspace"), action)).toEqual({
      verdict: "ask",
      reason: "The policy of this project cannot be read; set it again.",
      cited: undefined,
      unreadable: true,
    });
  }
  expect(it.policies.read(project)).toMatchObject({ version: 1, broken: true, rules: [] });
});

test("a rule is offered where a sentence can say it", async () => {
  const grep = { type: "command", cmd: "grep 'a|b' src", cwd: "/", tty: false } as const;
  const undecided = { verdict: "ask", reason: "", cited: undefined } as const;
  const words = "Allow running exactly 'grep a|b src'.";
  expect(offerFor(undecided, grep)).toEqual({ words, replaces: null });
  const rule = { effect: "ask", target: { type: "change" } } as const;
  const cited = { rule, source: { scope: project, version: 1 } };
  expect(offerFor({ ...undecided, cited }, grep)).toBe(null);
});
