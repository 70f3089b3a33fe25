import type { PolicyScope } from "@heddle/protocol";
import { policyText, readBackText } from "../policy-text.ts";
import { say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import type { Ground } from "./ground.ts";

/** Shows what holds for a thread; with sentences, sets its own policy once they are confirmed. */
export async function approvalPolicy(ground: Ground, sentences: string): Promise<void> {
  if (sentences === "") return await showPolicies(ground);
  const { daemon, threadId, confirm } = ground;
  const scope: PolicyScope = { type: "thread", threadId };
  const params = { scope, text: sentences, mode: "replace" } as const;
  const read = await daemon.call("policy/set", params);
  say(`${policyText(read.policy)}\n${readBackText(read)}`);
  if (!read.inForce) {
    if (!(await confirm("put it into force?"))) return say("it was not put into force");
    await daemon.call("policy/set", { ...params, hash: read.hash });
  }
  say("it is in force");
}

async function showPolicies({ daemon, threadId }: Ground): Promise<void> {
  const { preset, policies, contradictions } = await daemon.call("policy/show", { threadId });
  for (const policy of policies) say(policyText(policy));
  for (const line of contradictions) say(printableLine(line));
  say(preset === null ? "no preset" : `what no rule speaks of: ${preset}`);
}
