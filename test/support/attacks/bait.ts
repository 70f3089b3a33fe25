import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A program of the attacker's that leaves a mark wherever it runs outside a box. */
export class Bait {
  readonly #mark: string;
  /** Its absolute path, which git and others may be told to run. */
  readonly program: string;

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#mark = join(directory, "mark");
    this.program = join(directory, "bait");
    writeFileSync(this.#mark, "");
    writeFileSync(this.program, `#!/bin/sh\necho "$0 $*" >> '${this.#mark}'\n`, {
      mode: 0o755,
    });
  }

  /** Proves that it would be taken: `careless` is what a program without this defence does. */
  mustBeTakenBy(careless: () => unknown): void {
    try {
      careless();
    } catch {
      // Whatever it fails with, only the mark counts.
    }
    assert.notEqual(this.#read(), "", "the bait does not work, so nothing would be proven");
    writeFileSync(this.#mark, "");
  }

  /** Adds lines to a file that is run, such as a hook. */
  putInto(file: string): void {
    appendFileSync(file, `#!/bin/sh\nexec '${this.program}' "$0"\n`, { mode: 0o755 });
  }

  assertUntouched(): void {
    assert.equal(this.#read(), "", "a program of the attacker's was run outside the box");
  }

  #read(): string {
    return readFileSync(this.#mark, "utf8");
  }
}
