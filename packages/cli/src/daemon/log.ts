import { on } from "node:events";
import { createReadStream, existsSync, statSync, watch } from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { CliError, exitCodes } from "../exit.ts";
import { paintOut, print } from "../terminal/output.ts";
import { printable, printableJson, printableLine } from "../terminal/printable.ts";
import type { Paint } from "../terminal/style.ts";

const bytesPerLine = 2_000;

interface Options {
  readonly lines: number;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Prints the end of the daemon's log, and what is added to it while it is followed. */
export async function showLog(file: string, { lines, follow, json }: Options): Promise<void> {
  if (!existsSync(file)) throw new CliError(exitCodes.failed, `there is no log yet: ${file}`);
  const paint = paintOut();
  const show = (line: string) => print(json ? printable(line) : logLine(line, paint));
  const { size } = statSync(file);
  // Far enough back for that many lines, unless they are unusually long.
  const start = Math.max(0, size - lines * bytesPerLine);
  const text = Buffer.concat(await part(file, start, size)).toString();
  const whole = text.split("\n").slice(start === 0 ? 0 : 1, -1);
  for (const line of whole.slice(whole.length - lines)) show(line);
  if (follow) await followFile(file, size, show);
}

async function part(file: string, start: number, end: number): Promise<Buffer[]> {
  if (end <= start) return [];
  const chunks = createReadStream(file, { start, end: end - 1 });
  return (await chunks.toArray()) as Buffer[];
}

async function followFile(file: string, from: number, show: (line: string) => void): Promise<void> {
  const changes = on(watch(file), "change");
  const decoder = new StringDecoder();
  let at = from;
  let rest = "";
  do {
    const { size } = statSync(file);
    // A log that became shorter was begun anew.
    if (size < at) at = 0;
    for (const chunk of await part(file, at, size)) rest += decoder.write(chunk);
    at = size;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) show(line);
  } while (!(await changes.next()).done);
}

/** One stored line for a person: time, level, message, and the rest as it is. */
export function logLine(line: string, paint: Paint): string {
  const entry = parsed(line);
  if (!entry) return printable(line);
  const { at, level, message, ...rest } = entry;
  const word = printableLine(String(level ?? "")).padEnd(5);
  const shown = word.startsWith("error") ? paint("red", word) : word;
  const more = Object.keys(rest).length > 0 ? ` ${paint("dim", printableJson(rest))}` : "";
  return `${paint("dim", printableLine(String(at ?? "")))} ${shown} ${printableLine(String(message ?? ""))}${more}`;
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
