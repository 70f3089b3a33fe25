import { expect, test } from "vitest";
import { plain } from "../terminal/style.ts";
import { type Choice, fuzzy, Picker } from "./picker.ts";

const look = { width: 30, height: 10, paint: plain };

function picker(choices: readonly Choice[]): { list: Picker; closed: () => number } {
  let closed = 0;
  const list = new Picker({
    title: "pick",
    find: (query) => fuzzy(choices, query),
    close: () => {
      closed += 1;
    },
    redraw: () => {},
    failed: (error) => {
      throw error;
    },
  });
  return { list, closed: () => closed };
}

function choices(chosen: string[] = [], groups: readonly string[] = []): Choice[] {
  return ["alpha", "beta", "alphabet"].map((name, at) => {
    const group = groups[at];
    const choose = () => void chosen.push(name);
    return { name, detail: `the ${name}`, choose, ...(group !== undefined && { group }) };
  });
}

test("a list shows its choices with one marked, and the cursor behind what is typed", () => {
  const { list } = picker(choices());
  expect(list.draw(look)).toEqual({
    lines: ["pick: ", "> alpha     the alpha", "  beta      the beta", "  alphabet  the alphabet"],
    cursor: { row: 0, column: 6 },
  });
});

test("typing narrows it, and Enter takes the marked choice once it is closed", () => {
  const chosen: string[] = [];
  const { list, closed } = picker(choices(chosen));
  for (const key of ["b", "e", "t", "\x1b[B", "\r"]) list.key(key);
  expect(chosen).toEqual(["alphabet"]);
  expect(closed()).toBe(1);
  list.key("\x7f");
  list.key("x");
  expect(list.draw(look).lines).toEqual(["pick: bex", "  nothing fits"]);
  list.key("\r");
  expect(chosen).toEqual(["alphabet"]);
});

test("Esc closes it, and keys that write nothing change nothing", () => {
  const { list, closed } = picker(choices());
  list.key("\x1b[5~");
  expect(list.draw(look).lines[0]).toBe("pick: ");
  list.key("\x1b");
  expect(closed()).toBe(1);
});

test("groups keep their order and have headings", () => {
  const { list } = picker(choices([], ["one", "two", "two"]));
  expect(list.draw(look).lines.slice(1)).toEqual([
    "one",
    "> alpha     the alpha",
    "two",
    "  beta      the beta",
    "  alphabet  the alphabet",
  ]);
  for (const key of "alphabet") list.key(key);
  expect(list.draw(look).lines.slice(1)).toEqual(["two", "> alphabet  the alphabet"]);
});

test("groups are not ranked: what fits less well stays where it was", () => {
  const choose = () => {};
  const [first, second] = [
    { name: "x-alpha", detail: "", group: "one", choose },
    { name: "alpha", detail: "", group: "two", choose },
  ];
  expect(fuzzy([first, second], "alpha")).toEqual([first, second]);
  const [{ group: _, ...loose }, { group: __, ...fits }] = [first, second];
  expect(fuzzy([loose, fits], "alpha")).toEqual([fits, loose]);
});

test("a long list scrolls with the mark", () => {
  const many = Array.from({ length: 30 }, (_, at) => ({ name: `n${at}`, detail: "", choose() {} }));
  const { list } = picker(many);
  for (let at = 0; at < 20; at += 1) list.key("\x1b[B");
  const { lines } = list.draw({ ...look, height: 5 });
  expect(lines).toHaveLength(5);
  expect(lines.join("\n")).toContain("> n20");
});
