import assert from "node:assert/strict";
import { answersIn, connectRequest, getRequest, NetworkArena, run, tell } from "../../network.ts";
import type { TestThread } from "../../test-thread.ts";
import type { Attack, Ground } from "../attack.ts";

/** One thread with two hosts granted, for all attacks that leave it as it was. */
export class Outpost implements AsyncDisposable {
  readonly arena: NetworkArena;
  readonly thread: TestThread;

  private constructor(arena: NetworkArena, thread: TestThread) {
    this.arena = arena;
    this.thread = thread;
  }

  static readonly open = async (): Promise<Outpost> => {
    const arena = await NetworkArena.start();
    return new Outpost(arena, await arena.thread());
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.arena[Symbol.asyncDispose]();
  }
}

export type Assault = (outpost: Outpost) => Promise<string>;

export const attack = (name: string, assault: Assault, more: { slow?: boolean } = {}): Attack => ({
  name,
  run: async (ground: Ground) => assault(await ground.share(Outpost.open)),
  ...more,
});

export const status = (answer: string | undefined): string =>
  answer?.split("\r\n")[0]?.slice(0, 12) ?? "";

/** Sends requests from a box; each must be refused, but for a last one that must not be. */
export async function refused(
  { arena, thread }: Pick<Outpost, "arena" | "thread">,
  requests: readonly string[],
  codes: RegExp,
): Promise<string> {
  const before = arena.echo.requests.length;
  const control = getRequest(arena.web.host, "/control");
  const answers = answersIn(await run(thread, tell(...requests, control)));
  assert.match(answers.pop() ?? "", /got \/control/, "what is granted was not reached");
  assert.equal(answers.length, requests.length);
  for (const [at, answer] of answers.entries()) {
    assert.match(status(answer), codes, `let through: ${JSON.stringify(requests[at])}`);
  }
  assert.equal(arena.echo.requests.length, before, "a connection was made");
  assert.deepEqual(arena.vault.requests, [], "the vault was reached");
  return `${requests.length} requests refused, one that is granted answered`;
}

export const both = (host: string): string[] => [connectRequest(host), getRequest(host)];

export const badRequest = /^HTTP\/1.1 400/;
export const forbidden = /^HTTP\/1.1 403/;
