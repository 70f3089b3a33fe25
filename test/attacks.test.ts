import { afterAll, describe, expect, test } from "vitest";
import { Ground } from "./support/attacks/attack.ts";
import { attackGroups } from "./support/attacks/index.ts";

describe.each(attackGroups)("an attack by $name is withstood:", ({ attacks }) => {
  const ground = new Ground();
  afterAll(() => ground[Symbol.asyncDispose]());
  for (const { name, run } of attacks.filter(({ slow }) => !slow)) {
    test(name, async () => {
      expect(await run(ground)).not.toBe("");
    });
  }
});
