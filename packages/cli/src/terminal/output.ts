import { printableJson } from "./printable.ts";
import { type Paint, paintFor } from "./style.ts";

/** Data: what a script reads. */
export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Words: what a person reads. */
export function say(text: string): void {
  process.stderr.write(text.endsWith("\n") ? text : `${text}\n`);
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

/** Whether somebody can be asked here. */
export function canAsk({ input }: { input?: boolean }): boolean {
  return input !== false && process.stdin.isTTY && process.stderr.isTTY;
}
