import { mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const rotateAtBytes = 10 * 1024 * 1024;

export interface Log {
  info(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
  /** Keeps a value out of everything that is written from now on. */
  hide(secret: string): void;
}

/** Appends JSON lines to a file, or to stderr without one. A hidden value never reaches it. */
export function openLog(path: string | undefined): Log {
  const fd = path === undefined ? 2 : openFile(path);
  const secrets = new Set<string>();
  const write = (level: string, message: string, details: Record<string, unknown> = {}) => {
    const line = JSON.stringify(
      { at: new Date().toISOString(), level, message, ...details },
      plain,
    );
    writeSync(fd, `${redact(line, secrets)}\n`);
  };
  return {
    info: (message, details) => write("info", message, details),
    error: (message, details) => write("error", message, details),
    hide: (secret) => void (secret.length >= 4 && secrets.add(secret)),
  };
}

function openFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAtBytes) {
    renameSync(path, `${path}.1`);
  }
  return openSync(path, "a", 0o600);
}

/** Errors are not enumerable; what matters of them is spelt out. */
function plain(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function redact(line: string, secrets: ReadonlySet<string>): string {
  let clean = line.replace(/\b(sk-|Bearer )[\w.-]{8,}/g, "$1…");
  for (const secret of secrets) {
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), "…");
  }
  return clean;
}
