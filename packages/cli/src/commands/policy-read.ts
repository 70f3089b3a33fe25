import { type Methods, messageOf, type ParamsOf } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { type PlaceOptions, placeOf, placeOptions, scopeOf } from "../policy-place.ts";
import { policyText, scopeText } from "../policy-text.ts";
import { print, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

type Action = ParamsOf<Methods, "policy/test">["action"];

interface Options extends PlaceOptions {
  readonly tool?: string;
  readonly unattended?: boolean;
  readonly json?: boolean;
}

export function showCommand(): Command {
  const made = command("show").description("Show the policies in force, the widest first.");
  return placeOptions(made)
    .option("--json", "print them as JSON")
    .action(async (options: Options) => {
      using daemon = await openDaemon();
      const shown = await daemon.call("policy/show", await placeOf(daemon, options));
      if (options.json) return printJson(shown);
      const { preset, policies, contradictions } = shown;
      if (policies.length > 0) print(policies.map(policyText).join("\n"));
      for (const line of contradictions) say(printableLine(line));
      if (preset !== null) return print(`what no rule speaks of: ${preset}`);
      if (policies.length === 0) say("no policy is set");
    });
}

export function testCommand(): Command {
  const made = command("test")
    .description("Say what the policies would decide over an action, and by which rule.")
    .argument("[action]", "a command, or a patch that begins with *** Begin Patch");
  return placeOptions(made)
    .option(
      "--tool <server/tool>",
      "a call of an MCP tool; the argument is then its JSON arguments",
    )
    .option("--unattended", "as in what an automation began")
    .option("--json", "print the decision as JSON")
    .action(async (text: string | undefined, options: Options) => {
      const action = options.tool === undefined ? actionOf(text) : callOf(options.tool, text);
      using daemon = await openDaemon();
      const place = await placeOf(daemon, options);
      const unattended = options.unattended === true;
      const decision = await daemon.call("policy/test", { ...place, action, unattended });
      if (options.json) return printJson(decision);
      const { verdict, reason, cited, facts } = decision;
      for (const fact of facts) say(`  ${printableLine(fact)}`);
      const from = cited?.scope
        ? `${scopeText(cited.scope)}, version ${cited.version}`
        : "where no rule speaks";
      print(printableLine(`${verdict}: ${reason} (${from})`));
    });
}

function actionOf(text: string | undefined): Action {
  if (text === undefined) throw usageError("say which command or patch, or --tool for an MCP tool");
  const isPatch = text.trimStart().startsWith("*** Begin Patch");
  return isPatch ? { type: "patch", patch: text } : { type: "command", cmd: text };
}

function callOf(name: string, json = "{}"): Action {
  const [server = "", tool = ""] = name.split("/", 2);
  if (tool === "") throw usageError("name a tool with its server, as in --tool files/write_file");
  return { type: "tool", server, tool, arguments: argumentsIn(json) };
}

function argumentsIn(json: string): Record<string, unknown> {
  const expected = 'the arguments of a tool are a JSON object, such as {"path":"src/a.ts"}';
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    throw usageError(`${expected}: ${messageOf(error)}`);
  }
  throw usageError(expected);
}

export function historyCommand(): Command {
  const made = command("history").description("List the versions of a policy, newest first.");
  return placeOptions(made)
    .option("--json", "print them as JSON")
    .action(async (options: Options) => {
      using daemon = await openDaemon();
      const scope = await scopeOf(daemon, options);
      const { data } = await daemon.call("policy/history", { scope, limit: 100 });
      if (options.json) return printJson(data);
      if (data.length === 0) return say("no policy was ever set here");
      print(data.map(policyText).join("\n"));
    });
}
