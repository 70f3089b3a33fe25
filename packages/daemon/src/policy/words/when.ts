import type { PolicyTime } from "@heddle/protocol";
import { Weekday } from "@heddle/protocol";
import { listOf } from "./lists.ts";
import { timeOfDay } from "./numbers.ts";
import { NotUnderstood, type Reader } from "./reader.ts";

const dayNames: Readonly<Record<string, readonly Weekday[]>> = {
  ...Object.fromEntries(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"].flatMap(
      (name, at) => {
        const day = Weekday.options.slice(at, at + 1);
        return [
          [name, day],
          [`${name}s`, day],
        ];
      },
    ),
  ),
  weekends: ["sat", "sun"],
  "the weekend": ["sat", "sun"],
  weekdays: ["mon", "tue", "wed", "thu", "fri"],
  workdays: ["mon", "tue", "wed", "thu", "fri"],
};

/** Ends of sentences that say when, and would read as places. */
export const automations = [
  ...["in automations", "in an automation", "in unattended runs"],
  ...["outside automations", "outside of automations"],
];

const unattended = [
  "while unattended",
  "when unattended",
  "if unattended",
  "unless attended",
  "while nobody is watching",
  "when nobody is watching",
  "while i am away",
  "when i am away",
  "in automations",
  "in an automation",
  "in unattended runs",
];
const attended = [
  "while attended",
  "when attended",
  "if attended",
  "unless unattended",
  "while i am watching",
  "when i am watching",
  "while somebody is watching",
  "when somebody is watching",
  "outside automations",
  "outside of automations",
];

/** Adds the next condition to those that were read; undefined where none comes next. */
function condition(reader: Reader): PolicyTime | undefined {
  if (reader.eat(...unattended)) return { attended: false };
  if (reader.eat(...attended)) return { attended: true };
  if (reader.eat("between")) return { hours: hoursUpTo(reader, timeOfDay(reader), "and") };
  if (reader.eat("from")) return { hours: hoursUpTo(reader, timeOfDay(reader), "to") };
  if (reader.eat("after")) return { hours: hours(timeOfDay(reader), "00:00") };
  if (reader.eat("before")) return { hours: hours("00:00", timeOfDay(reader)) };
  return reader.try(() => {
    if (!reader.eat("on")) return undefined;
    const readDays = () => dayNames[reader.eat(...Object.keys(dayNames)) ?? ""];
    if (!reader.sees(...Object.keys(dayNames))) return undefined;
    const named = new Set(listOf(reader, readDays, "a day of the week").flat());
    return { days: Weekday.options.filter((day) => named.has(day)) };
  });
}

function hoursUpTo(reader: Reader, from: string, word: string): NonNullable<PolicyTime["hours"]> {
  reader.need(`"${word}" and a time`, word);
  return hours(from, timeOfDay(reader));
}

function hours(from: string, to: string): NonNullable<PolicyTime["hours"]> {
  if (from !== to) return { from, to };
  throw new NotUnderstood(`from ${from} to ${to} is no time at all; leave it out for all day`);
}

/** The conditions that come next, in any order, each at most once. */
export function conditions(reader: Reader, before: PolicyTime = {}): PolicyTime {
  let found = before;
  for (;;) {
    const more = reader.try(() => {
      reader.eat(",", "and", ", and");
      return condition(reader);
    });
    if (more === undefined) return found;
    const [twice] = Object.keys(more).filter((key) => key in found);
    if (twice !== undefined) throw new NotUnderstood("it says twice when it holds");
    found = { ...found, ...more };
  }
}
