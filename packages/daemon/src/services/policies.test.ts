import { expect, test } from "vitest";
import { openDatabase } from "../store/database.ts";
import { Store } from "../store/store.ts";
import { decide, type Facts, Policies, type Rule } from "./policies.ts";

const command: Facts = { effect: "command" };
const rule = (
  verdict: Rule["verdict"],
  words: string,
  effects: Rule["effects"] = ["command"],
): Rule => ({
  verdict,
  words,
  effects,
});
const [allow, ask, deny] = [rule("allow", "Go."), rule("ask", "Ask."), rule("deny", "Never.")];

test("an effect that no rule speaks of asks", () => {
  expect(decide(command, [])).toEqual({ verdict: "ask", reason: "no rule allows it" });
  expect(decide({ effect: "patch" }, [allow])).toMatchObject({ verdict: "ask" });
});

test.each([
  [[allow, ask], { verdict: "ask", reason: "Ask." }],
  [[ask, allow], { verdict: "ask", reason: "Ask." }],
  [[allow, deny, ask], { verdict: "deny", reason: "Never." }],
  [[deny, allow], { verdict: "deny", reason: "Never." }],
  [[allow], { verdict: "allow", reason: "Go." }],
])("the strictest rule decides, wherever it stands", (rules, decision) => {
  expect(decide(command, rules)).toEqual(decision);
});

test("a rule decides only for the effects that it names", () => {
  const rules = [
    rule("deny", "No patches.", ["patch"]),
    rule("allow", "Run.", ["command", "input"]),
  ];
  const verdicts = (["command", "patch", "input"] as const).map(
    (effect) => decide({ effect }, rules).verdict,
  );
  expect(verdicts).toEqual(["allow", "deny", "allow"]);
});

test("the built-in policies decide as their names say", () => {
  const db = openDatabase(":memory:");
  const policies = new Policies(new Store(db), () => 1);
  const verdicts = (["workspace", "ask", "readOnly"] as const).map((name) =>
    (["command", "patch", "input"] as const).map(
      (effect) => policies.decide(name, { effect }).verdict,
    ),
  );
  expect(verdicts).toEqual([
    ["allow", "allow", "allow"],
    ["ask", "ask", "ask"],
    ["allow", "deny", "allow"],
  ]);
  db.close();
});

test("the newest version of a list is in force, and one that cannot be read asks", () => {
  const db = openDatabase(":memory:");
  const store = new Store(db);
  const policies = new Policies(store, () => 1);
  store.policies.add("workspace", JSON.stringify([rule("deny", "Closed today.")]), 2);
  expect(policies.decide("workspace", command)).toEqual({
    verdict: "deny",
    reason: "Closed today.",
  });
  store.policies.add("workspace", '[{"verdict":"perhaps"}]', 3);
  expect(policies.decide("workspace", command)).toEqual({
    verdict: "ask",
    reason: "The policy workspace is broken.",
  });
  db.close();
});
