import { startTestDaemon, type TestDaemon, type TestProject } from "../test-daemon.ts";

/** Where an attack takes place: one daemon for all attacks of a group, made at the first need. */
export class Ground implements AsyncDisposable {
  #daemon: Promise<TestDaemon> | undefined;
  #project: Promise<TestProject> | undefined;
  readonly #shared = new Map<unknown, Promise<AsyncDisposable>>();

  daemon(): Promise<TestDaemon> {
    this.#daemon ??= startTestDaemon();
    return this.#daemon;
  }

  /** A project that may be written to, shared by attacks that leave it as it was. */
  project(): Promise<TestProject> {
    this.#project ??= this.daemon().then((daemon) => daemon.project());
    return this.#project;
  }

  /** Something of a group's own, made at the first need and ended with the ground. */
  share<T extends AsyncDisposable>(make: () => Promise<T>): Promise<T> {
    const known = this.#shared.get(make) ?? make();
    this.#shared.set(make, known);
    return known as Promise<T>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of this.#shared.values()) await (await made)[Symbol.asyncDispose]();
    await (await this.#daemon)?.[Symbol.asyncDispose]();
  }
}

/** Something that an attacker does. The model is the attacker's: it obeys to the letter. */
export interface Attack {
  readonly name: string;
  /**
   * Returns how it was withstood, in a few words. Throws (an assertion of `node:assert`) with what
   * got through.
   */
  readonly run: (ground: Ground) => Promise<string>;
  /** Takes more than a second or two: left to scripts/attacks.ts. */
  readonly slow?: boolean;
}

export interface AttackGroup {
  readonly name: string;
  readonly attacks: readonly Attack[];
}
