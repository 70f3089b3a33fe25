import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { item, turn } from "../thread/fixture.test.support.ts";
import { facts, viewOf } from "./fixture.test.support.ts";
import { statusLine } from "./status-line.ts";

test("an idle thread's line has its state, mode, model, context and cost", () => {
  const standing = { view: viewOf({ title: "Fix\x1b[2J it" }), facts };
  expect(statusLine(standing, 100, plain)).toBe(
    "idle · implement · local/m · context 25 % · $0.1235 · Fix\\x1b[2J it",
  );
  const planning = { view: viewOf({ planMode: true }), facts: undefined };
  expect(statusLine(planning, 100, plain)).toBe("idle · plan mode · Work");
});

test("a running thread's line has its turn's mode, its step and what is queued", () => {
  const steps = [
    { step: "Look", status: "completed" },
    { step: "Build", status: "inProgress" },
    { step: "Test", status: "pending" },
  ] as const;
  const running = turn({ state: "sampling", mode: "document" });
  const queued = turn({ state: "queued", id: "turn_x" as never });
  const view = {
    ...viewOf({ status: "running" }),
    turns: [running, queued],
    items: [item("plan", "1", { steps: [...steps] })],
  };
  expect(statusLine({ view, facts }, 120, plain)).toBe(
    "running · document · step 2 of 3: Build · 1 queued · local/scripted · context 25 % · $0.1235 · Work",
  );
});

test("what matters least is left out where the line is narrow", () => {
  const standing = { view: viewOf(), facts };
  expect(statusLine(standing, 41, plain)).toBe("idle · implement · context 25 % · $0.1235");
  expect(statusLine(standing, 20, plain)).toBe("idle · implement");
  expect(statusLine(standing, 3, plain)).toBe("id…");
});
