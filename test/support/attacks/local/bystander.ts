import assert from "node:assert/strict";
import type { ErrorKind } from "@heddle/protocol";
import type { RawAnswer } from "../../raw-socket.ts";
import type { TestDaemon } from "../../test-daemon.ts";

/** Fails unless a client that has done nothing wrong is served, by the same process as before. */
export async function bystanderIsServed(daemon: TestDaemon): Promise<void> {
  using client = await daemon.connect("bystander");
  const { pid } = await client.call("daemon/status", {});
  assert.equal(pid, daemon.pid);
}

/** Fails unless this is an error of the kind. */
export function assertRefused(answer: RawAnswer, kind: ErrorKind): void {
  assert.equal(answer.error?.data.kind, kind, `it was answered ${JSON.stringify(answer)}`);
}

/** Fails unless the call is refused with one of the kinds. */
export async function assertRejects(call: Promise<unknown>, ...kinds: ErrorKind[]): Promise<void> {
  const outcome = await call.then(
    () => "nothing: it was done",
    (error: { kind?: string; message: string }) => error.kind ?? error.message,
  );
  assert.ok(kinds.includes(outcome as ErrorKind), `expected ${kinds.join(" or ")}, got ${outcome}`);
}
