import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const rotateAtBytes = 10 * 1024 * 1024;

export interface Log {
  info(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
  /** Keeps a value out of everything that is written from now on. */
  hide(secret: string): void;
}

/**
 * Appends JSON lines to a file, and begins a new one at 10 MiB. A hidden value never reaches it.
 * Writing never throws: on a full disk there is nobody left to tell.
 */
export function openLog(path: string): Log {
  const file = new LogFile(path);
  const secrets = new Set<string>();
  const write = (level: string, message: string, details: Record<string, unknown> = {}) => {
    const entry = { at: new Date().toISOString(), level, message, ...details };
    file.append(`${redact(JSON.stringify(entry, plain), secrets)}\n`);
  };
  return {
    info: (message, details) => write("info", message, details),
    error: (message, details) => write("error", message, details),
    hide: (secret) => void (secret.length >= 4 && secrets.add(secret)),
  };
}

/** The file is opened with the first line, so that a daemon that does not run leaves it alone. */
class LogFile {
  readonly #path: string;
  #fd: number | undefined;
  #bytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  append(line: string): void {
    try {
      if (this.#bytes > rotateAtBytes) this.#rotate();
      this.#fd ??= this.#open();
      this.#bytes += writeSync(this.#fd, line);
    } catch {
      // The next line may find room again.
    }
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#bytes = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
    if (this.#bytes > rotateAtBytes) this.#rotate();
    return openSync(this.#path, "a", 0o600);
  }

  #rotate(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    renameSync(this.#path, `${this.#path}.1`);
    this.#bytes = 0;
  }
}

/** Errors are not enumerable; what matters of them is spelt out. */
function plain(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const { name, message, stack, cause } = value;
  return { name, message, stack, ...(cause === undefined ? {} : { cause }) };
}

function redact(line: string, secrets: ReadonlySet<string>): string {
  let clean = line.replace(/\b(sk-|Bearer )[\w.-]{8,}/g, "$1…");
  // A secret that holds another one goes first, or its rest would stay.
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), "…");
  }
  return clean;
}
