import { formatHost } from "@heddle/protocol";
import type { Dial } from "../sandbox/egress/dial.ts";
import type { Network } from "../sandbox/egress/routes.ts";
import type { GrantHolder, Grants } from "./grants.ts";
import type { Journal } from "./journal.ts";

export interface NetworksOptions {
  readonly grants: Grants;
  readonly journal: Journal;
  readonly dial: Dial;
  readonly log: (message: string, details: Record<string, unknown>) => void;
}

/** What the boxes of a thread may reach. A grant that ends is heard of at once. */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #listeners = new Set<() => void>();

  constructor(options: NetworksOptions) {
    this.#options = options;
    options.journal.onDaemonEvent(({ event }) => {
      if (event.type !== "grantChanged" && event.type !== "grantRemoved") return;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Nothing where no host is granted. */
  of(holder: GrantHolder): Network | undefined {
    const { grants, dial, log } = this.#options;
    const hosts = grants.hosts(holder);
    if (hosts.length === 0) return undefined;
    return {
      hosts,
      allows: (host) => grants.hosts(holder).includes(formatHost(host)),
      onChange: (listener) => this.#onChange(listener),
      dial,
      log: (message, details) => log(message, { threadId: holder.id, ...details }),
    };
  }

  #onChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }
}
