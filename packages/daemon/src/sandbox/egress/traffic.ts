import { formatHost, type Host } from "@heddle/protocol";

/** Enough to see what was done, and too little to push everything else out of the log. */
const loggedConnections = 500;

export interface Connection {
  readonly host: Host | undefined;
  readonly address: string | undefined;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly verdict: "allowed" | "cut" | `refused: ${string}`;
}

/** What goes through one proxy: a line of the log for each connection, and the totals at the end. */
export class Traffic implements Disposable {
  readonly #log: (message: string, details: Record<string, unknown>) => void;
  readonly #totals = { connections: 0, refused: 0, bytesUp: 0, bytesDown: 0 };

  constructor(log: (message: string, details: Record<string, unknown>) => void) {
    this.#log = log;
  }

  record({ host, address, bytesUp, bytesDown, verdict }: Connection): void {
    const totals = this.#totals;
    totals.connections += 1;
    if (verdict.startsWith("refused")) totals.refused += 1;
    totals.bytesUp += bytesUp;
    totals.bytesDown += bytesDown;
    if (totals.connections > loggedConnections) return;
    const to = host && formatHost(host);
    this.#log("network connection", { host: to, address, bytesUp, bytesDown, verdict });
  }

  [Symbol.dispose](): void {
    if (this.#totals.connections > 0) this.#log("network of a box", { ...this.#totals });
  }
}
