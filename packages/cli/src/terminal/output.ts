import { printableJson } from "./printable.ts";
import { type Paint, paintFor } from "./style.ts";

/** Data: what a script reads. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

let words = (text: string): void => {
  process.stderr.write(text);
};

/** Words: what a person reads. */
export function say(text: string): void {
  words(text.endsWith("\n") ? text : `${text}\n`);
}

/** Hands over what is said while it lives, for those who draw on the terminal themselves. */
export function divertWords(to: (text: string) => void): Disposable {
  const before = words;
  words = to;
  return {
    [Symbol.dispose]: () => {
      words = before;
    },
  };
}

export function printJson(value: unknown): void {
  print(printableJson(value, 2));
}

export function printJsonLine(value: unknown): void {
  print(printableJson(value));
}

export function paintOut(): Paint {
  return paintFor(process.stdout);
}

export function paintWords(): Paint {
  return paintFor(process.stderr);
}

/** How wide a line may be, or nothing where lines are not read by a person. */
export function outputWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns : undefined;
}

/** Whether somebody is here, at a terminal on which rows can be drawn again. */
export function canDraw(options: { input?: boolean }): boolean {
  return canAsk(options) && process.stdout.isTTY && process.env.TERM !== "dumb";
}

/** Whether somebody can be asked here. */
export function canAsk({ input }: { input?: boolean }): boolean {
  return input !== false && process.stdin.isTTY && process.stderr.isTTY;
}
