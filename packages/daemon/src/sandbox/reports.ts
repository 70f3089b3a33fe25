const longest = 256;

export type Report =
  | { readonly type: "pid"; readonly id: number; readonly pid: number }
  | { readonly type: "exit"; readonly id: number; readonly code: number };

/** Cuts a stream into lines; a line that is too long is dropped, whatever a box makes of it. */
export class LineReader {
  readonly #onLine: (line: string) => void;
  #rest = "";
  #overlong = false;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString("latin1")).split("\n");
    const rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!this.#overlong && line.length <= longest) this.#onLine(line);
      this.#overlong = false;
    }
    this.#overlong ||= rest.length > longest;
    this.#rest = this.#overlong ? "" : rest;
  }
}

/** What a helper reported, or `undefined` when it is none of its words. */
export function parseReport(line: string): Report | undefined {
  const [, type, id, value] = /^(pid|exit) (\d{1,9}) (\d{1,9})$/.exec(line) ?? [];
  if (type === "pid") return { type, id: Number(id), pid: Number(value) };
  if (type === "exit") return { type, id: Number(id), code: Number(value) & 0xff };
  return undefined;
}
