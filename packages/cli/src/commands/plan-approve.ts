import type { Plan } from "@heddle/protocol";
import { type Command, InvalidArgumentError } from "commander";
import { command } from "../command.ts";
import { usageError } from "../exit.ts";
import { shortId } from "../names.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, paintWords, say } from "../terminal/output.ts";
import { planWhole } from "../thread/plan-text.ts";
import { printPlan, withPlan } from "./with-plan.ts";

export function approveCommand(): Command {
  return command("approve")
    .description("Approve a plan exactly as it is shown.")
    .argument("<thread>", "as listed by `heddle threads`")
    .option("--hash <hash>", "the plan with this hash, or one that begins so", hashPrefix)
    .option("-y, --yes", "do not ask")
    .option("--no-input", "never ask")
    .option("--json", "print the plan as JSON")
    .action((given: string, options: ApproveOptions) =>
      withPlan(given, async (daemon, plan) => {
        const hash = await approvedByUser(plan, options);
        if (hash === undefined) return say("the plan was not approved");
        const approved = await daemon.call("plan/approve", { threadId: plan.threadId, hash });
        printPlan(approved, options);
        say(`carry it out with: heddle implement ${shortId(plan.threadId)}`);
      }),
    );
}

interface ApproveOptions {
  readonly hash?: string;
  readonly yes?: boolean;
  readonly input: boolean;
  readonly json?: boolean;
}

const shortestHash = 8;

/** A hash as a user gives it. A variable that is empty in a script stands for no plan at all. */
function hashPrefix(text: string): string {
  if (/^[0-9a-f]+$/.test(text) && text.length >= shortestHash) return text;
  throw new InvalidArgumentError(`Give at least ${shortestHash} characters of the plan's hash.`);
}

/** The hash of what the user has named, or has been shown and agreed to. */
async function approvedByUser(plan: Plan, options: ApproveOptions): Promise<string | undefined> {
  const { hash, yes } = options;
  // A hash that the plan no longer has goes to the daemon as it is, which then refuses it.
  if (hash !== undefined) return plan.hash.startsWith(hash) ? plan.hash : hash;
  if (yes) return plan.hash;
  if (!canAsk(options)) {
    const hint = `look at it first, and at its hash: heddle plan show ${shortId(plan.threadId)}`;
    throw usageError("approving a plan needs --hash or --yes where nobody can be asked", hint);
  }
  say(planWhole(plan, paintWords()));
  return (await confirm("approve this plan?")) ? plan.hash : undefined;
}
