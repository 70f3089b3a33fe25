import type { Methods, ParamsOf, ResultOf } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes, usageError } from "../exit.ts";
import { type PlaceOptions, placeOptions, scopeOf } from "../policy-place.ts";
import { policyText, readBackText } from "../policy-text.ts";
import { confirm } from "../terminal/ask.ts";
import { canAsk, printJson, say } from "../terminal/output.ts";

interface Options extends PlaceOptions {
  readonly add?: boolean;
  readonly clear?: boolean;
  readonly confirm?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

type Params = ParamsOf<Methods, "policy/set">;
type ReadBack = ResultOf<Methods, "policy/set">;

const details = `
The sentences are read back as rules, with what they would have said to the last actions; nothing is
in force before that is confirmed. Without a terminal, call it again with --confirm and the hash.

  heddle policy set "Ask before making changes over 50 lines. Never push."
  heddle policy set --global "While unattended, never install packages"`;

export function setCommand(): Command {
  const made = command("set")
    .description("Set the policy of a project, a thread or of all projects.")
    .argument("[sentences]", "what is denied, asked about and allowed");
  return placeOptions(made)
    .option("--add", "beside the rules that there are; else in their place")
    .option("--clear", "take the policy away")
    .option("--confirm <hash>", "put into force what was read back with this hash")
    .option("-y, --yes", "put it into force as it is read back")
    .option("--json", "print what was read back as JSON")
    .addHelpText("after", details)
    .action(set);
}

async function set(text: string | undefined, options: Options): Promise<void> {
  if ((text === undefined) === (options.clear === undefined)) {
    throw usageError("say what the policy is, or --clear to take it away");
  }
  using daemon = await openDaemon();
  const scope = await scopeOf(daemon, options);
  const params: Params = { scope, text: text ?? "", mode: options.add ? "add" : "replace" };
  const call = (hash?: string) =>
    daemon.call("policy/set", hash === undefined ? params : { ...params, hash });
  const read = await call(options.confirm);
  if (!options.json) say(`${policyText(read.policy)}\n${readBackText(read)}`);
  const done = read.inForce ? read : await confirmed(read, { options, call });
  if (options.json) printJson(done);
  else say("it is in force");
}

interface Asking {
  readonly options: Options;
  readonly call: (hash: string) => Promise<ReadBack>;
}

/** What was read back, in force; or, as JSON, as it was read back. */
async function confirmed(read: ReadBack, { options, call }: Asking): Promise<ReadBack> {
  if (options.yes) return await call(read.hash);
  if (options.json) return read;
  const hint = `confirm it with: --confirm ${read.hash}`;
  if (!canAsk({})) throw new CliError(exitCodes.waiting, "it is not in force yet", hint);
  if (await confirm("put it into force?")) return await call(read.hash);
  throw new CliError(exitCodes.failed, "it was not put into force");
}
