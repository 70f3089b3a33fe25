import { resolve } from "node:path";
import type { McpTransport } from "@heddle/protocol";
import type { Command } from "commander";
import { collect, command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { findServer, placeOf, type ServerOptions, serversOf } from "../mcp-server.ts";
import { serverTable } from "../mcp-text.ts";
import { outputWidth, print, printJson, say } from "../terminal/output.ts";
import { loginCommand } from "./mcp-login.ts";
import { testCommand } from "./mcp-test.ts";

const projectOption = "by name, path or id; else the one of the current directory";

const details = `
A server by stdio is a program: heddle mcp add files -- node server.js .
It is started in the box of a turn when its first tool is called, with what the project's commands can
see and reach, and ends with the turn. A server by HTTP: heddle mcp add issues --url https://HOST/mcp,
and heddle project grant --host HOST. A tool is offered only as you approved it: heddle mcp test NAME.`;

export function mcpCommand(): Command {
  return command("mcp")
    .description("Add MCP servers, and say which of their tools the agent is offered.")
    .addHelpText("after", details)
    .addCommand(listCommand())
    .addCommand(addCommand())
    .addCommand(testCommand())
    .addCommand(loginCommand())
    .addCommand(removeCommand());
}

function listCommand(): Command {
  return command("list")
    .description("List the MCP servers of a project, and those of all projects.")
    .option("-p, --project <project>", projectOption)
    .option("-g, --global", "only those of all projects")
    .option("--json", "print the rows as JSON")
    .action(async (options: ServerOptions) => {
      using daemon = await openDaemon();
      const servers = await serversOf(daemon, await placeOf(daemon, options));
      if (options.json) printJson(servers);
      else print(serverTable(servers, outputWidth()));
    });
}

interface AddOptions extends ServerOptions {
  readonly url?: string;
  readonly env?: readonly string[];
  readonly header?: string;
  readonly keyEnv?: string;
  readonly keyFile?: string;
}

function addCommand(): Command {
  return command("add")
    .description("Add an MCP server. Nothing runs, and nothing is offered, before it is tested.")
    .argument("<name>", "what its tools begin with: lower case letters, digits and hyphens")
    .argument("[command...]", "the program and its arguments, behind --")
    .option("--url <url>", "a server by streamable HTTP")
    .option("--env <name>", "a variable that the program needs, granted to the project", collect)
    .option("--key-env <name>", "a variable of the daemon's that holds the server's key")
    .option("--key-file <path>", "a file with the key that nobody else can read")
    .option("--header <name>", "where the key goes; else Authorization, as a bearer token")
    .option("-p, --project <project>", projectOption)
    .option("-g, --global", "for all projects")
    .option("--json", "print the server as JSON")
    .action(async (name: string, argv: string[], options: AddOptions) => {
      const transport = transportOf(argv, options);
      using daemon = await openDaemon();
      const place = await placeOf(daemon, options);
      const server = await daemon.call("mcp/add", { name, transport, ...place });
      if (options.json) return printJson(server);
      say(`added ${name}; look at its tools with: heddle mcp test ${name}`);
    });
}

function removeCommand(): Command {
  return command("remove")
    .description("Forget an MCP server and what was approved of it.")
    .argument("<name>", "as listed by `heddle mcp list`")
    .option("-p, --project <project>", projectOption)
    .option("-g, --global", "one of all projects")
    .option("--json", "print the server as JSON")
    .action(async (given: string, options: ServerOptions) => {
      using daemon = await openDaemon();
      const { server } = await findServer(daemon, given, options);
      await daemon.call("mcp/remove", { serverId: server.id });
      if (options.json) printJson(server);
      else say(`removed ${server.name}`);
    });
}

function transportOf(argv: readonly string[], options: AddOptions): McpTransport {
  const { url, env = [], header = "Authorization", keyEnv = null, keyFile } = options;
  const [program, ...args] = argv;
  if ((url === undefined) === (program === undefined)) {
    throw usageError("give either --url, or a program behind --");
  }
  if (program !== undefined) return { type: "stdio", command: program, args, env: [...env] };
  if (env.length > 0) throw usageError("--env is for a program; a key is named by --key-env");
  const file = keyFile === undefined ? null : resolve(keyFile);
  return { type: "http", url: url ?? "", header, keyEnv, keyFile: file };
}
