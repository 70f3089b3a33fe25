import { NotUnderstood, type Reader } from "./reader.ts";

/** A whole number in digits: `50`, `1,000`. */
export function wholeNumber(reader: Reader): number {
  const text = reader.next?.word ?? "";
  if (!/^(?:\d+|\d{1,3}(?:,\d{3})+)$/.test(text)) throw reader.stuck("a number in digits");
  reader.take();
  const value = Number(text.replaceAll(",", ""));
  if (value <= 1_000_000) return value;
  throw new NotUnderstood(`${text} is more than a rule can count; the most is 1,000,000`);
}

const moreThan = [
  "more than",
  "over",
  "above",
  "exceeding",
  "greater than",
  "larger than",
  "bigger than",
  "longer than",
  "that exceed",
  "that are over",
  "of more than",
  "of over",
];
const atLeast = ["at least", "of at least"];

/** What a limit counts from: `over 50` is 50, `at least 50` and `50 or more` are 49. */
export function limit(reader: Reader): number | undefined {
  if (reader.eat(...moreThan)) return wholeNumber(reader);
  if (reader.eat(...atLeast)) return lessOne(wholeNumber(reader));
  return reader.try(() => {
    if (!/^\d[\d,.+]*$/.test(reader.next?.word ?? "")) return undefined;
    const count = wholeNumber(reader);
    return reader.eat("or more", "and more") ? lessOne(count) : undefined;
  });
}

function lessOne(count: number): number {
  if (count > 0) return count - 1;
  throw new NotUnderstood('"0 or more" is everything; say "changing files"');
}

/** An amount of money: `$2`, `$0.50`, `5 dollars`. */
export function dollars(reader: Reader): number {
  const text = reader.next?.word ?? "";
  const amount = /^\$?(\d+(?:\.\d{1,2})?)$/.exec(text)?.[1];
  if (amount === undefined) throw reader.stuck("an amount such as $5");
  reader.take();
  if (!text.startsWith("$")) reader.need("dollars", "dollars", "dollar", "usd", "$");
  const value = Number(amount);
  if (value <= 1_000_000) return value;
  throw new NotUnderstood(`$${amount} is more than a rule can count; the most is $1000000`);
}

/** A time of the day: `22:00`, `9:30`, `10pm`. */
export function timeOfDay(reader: Reader): string {
  const text = reader.next?.word ?? "";
  const [, hour = "", minute = "00", half] = /^(\d{1,2})(?::(\d{2}))?(am|pm)?$/.exec(text) ?? [];
  const isTime = hour !== "" && (text.includes(":") || half !== undefined);
  if (!isTime) throw reader.stuck("a time such as 22:00");
  reader.take();
  const given = Number(hour);
  const most = half ? 12 : 23;
  if (given > most || (half && given === 0) || Number(minute) > 59) {
    throw new NotUnderstood(`${text} is no time of the day`);
  }
  const hours = half ? (given % 12) + (half === "pm" ? 12 : 0) : given;
  return `${String(hours).padStart(2, "0")}:${minute}`;
}
