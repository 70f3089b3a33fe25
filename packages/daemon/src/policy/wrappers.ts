import { programOf } from "./programs.ts";
import type { Word } from "./shell-words.ts";

interface Wrapper {
  /** Options that take the next word as their value. */
  readonly values: readonly string[];
  /** Words of its own before the command. */
  readonly own?: number;
}

/** Programs that run the command in their arguments, and do nothing else. */
const wrappers: Readonly<Record<string, Wrapper>> = {
  builtin: { values: [] },
  command: { values: [] },
  env: { values: ["-u", "--unset", "-C", "--chdir"] },
  exec: { values: ["-a"] },
  ionice: { values: ["-c", "-n"] },
  nice: { values: ["-n"] },
  nohup: { values: [] },
  setsid: { values: [] },
  stdbuf: { values: ["-i", "-o", "-e"] },
  sudo: { values: ["-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t"] },
  doas: { values: ["-u"] },
  time: { values: ["-f", "-o"] },
  timeout: { values: ["-s", "--signal", "-k", "--kill-after"], own: 1 },
  xargs: { values: ["-I", "-n", "-P", "-L", "-d", "-a", "-E", "-s"] },
};

/** The command that another one runs: its words, and what is added only when it runs. */
export interface Wrapped {
  readonly words: readonly Word[];
  readonly assigns: readonly string[];
}

/** What the words of a wrapper run; undefined where they are none, or run nothing. */
export function unwrapped(words: readonly Word[]): Wrapped | undefined {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  const wrapper = Object.hasOwn(wrappers, program) ? wrappers[program] : undefined;
  if (wrapper === undefined) return undefined;
  const assigns: string[] = [];
  let own = wrapper.own ?? 0;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === null || arg === undefined) return { words: [null], assigns };
    if (/^-S|^--split-string/.test(arg) && program === "env") return { words: [null], assigns };
    if (wrapper.values.includes(arg)) at += 1;
    else if (/^\w+=/.test(arg) && (program === "env" || program === "sudo")) assigns.push(arg);
    else if (arg.startsWith("-")) continue;
    else if (own > 0) own -= 1;
    else return { words: [...args.slice(at), ...(program === "xargs" ? [null] : [])], assigns };
  }
  return undefined;
}

/** The commands that `find` runs for what it finds. */
export function foundCommands(words: readonly Word[]): Word[][] {
  if (programOf(words[0] ?? "") !== "find") return [];
  const found: Word[][] = [];
  for (const [at, word] of words.entries()) {
    if (!/^-(?:exec|ok)(?:dir)?$/.test(word ?? "")) continue;
    const rest = words.slice(at + 1);
    const end = rest.findIndex((one) => one === ";" || one === "+");
    const inner = end < 0 ? rest : rest.slice(0, end);
    found.push(inner.map((one) => (one?.includes("{}") ? null : one)));
  }
  return found;
}

const shells = new Set(["bash", "sh", "dash", "zsh", "ksh", "ash"]);

/** The text that a shell is told to run: null where it is not known, undefined for no shell. */
export function shellText(words: readonly Word[]): Word | undefined {
  const [name, ...args] = words;
  const program = programOf(name ?? "");
  if (program === "eval") {
    return args.every((arg) => arg !== null) ? args.join(" ") : null;
  }
  if (!shells.has(program)) return undefined;
  for (const [at, arg] of args.entries()) {
    if (arg === null || !/^[-+]/.test(arg)) return null;
    if (/^-[elux]*c[elux]*$/.test(arg)) return args[at + 1] ?? null;
    if (!/^[-+][elux]+$/.test(arg)) return null;
  }
  return null;
}
