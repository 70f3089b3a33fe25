import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { CliError, exitCodes } from "../exit.ts";
import { findServer, type ServerOptions } from "../mcp-server.ts";
import { printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

interface Callback {
  readonly code: string;
  readonly state: string;
}

export function loginCommand(): Command {
  return command("login")
    .description("Log in to a server by HTTP (OAuth), in a browser of this machine.")
    .argument("<name>", "as listed by `heddle mcp list`")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("--json", "print the server as JSON")
    .action(async (given: string, options: ServerOptions) => {
      using daemon = await openDaemon();
      const { server, place } = await findServer(daemon, given, options);
      const serverId = server.id;
      const listener = createServer();
      try {
        const redirectUrl = await listen(listener);
        const callback = callbackOf(listener);
        const begun = await daemon.call("mcp/login", { serverId, redirectUrl, ...place });
        say(`open this in a browser, and agree:\n  ${printableLine(begun.authorizationUrl)}`);
        const changed = await daemon.call("mcp/finishLogin", { serverId, ...(await callback) });
        if (options.json) printJson(changed);
        else say(`logged in; look at its tools with: heddle mcp test ${server.name}`);
      } finally {
        listener.close();
        listener.closeAllConnections();
      }
    });
}

async function listen(listener: Server): Promise<string> {
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  return `http://127.0.0.1:${(listener.address() as AddressInfo).port}/callback`;
}

/** Settles with what the browser brings. */
function callbackOf(listener: Server): Promise<Callback> {
  const { promise, resolve, reject } = Promise.withResolvers<Callback>();
  // It may come to nothing before anybody waits for it.
  promise.catch(() => {});
  listener.on("request", ({ url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    const [code, state] = [searchParams.get("code"), searchParams.get("state")];
    if (pathname !== "/callback") return answer(response, 404, "There is nothing here.");
    if (code !== null && state !== null) {
      answer(response, 200, "Heddle is logged in. You can close this page.");
      return resolve({ code, state });
    }
    answer(response, 400, "The login was refused. You can close this page.");
    const why = searchParams.get("error_description") ?? searchParams.get("error") ?? "no code";
    reject(new CliError(exitCodes.failed, `the server refused the login: ${why.slice(0, 200)}`));
  });
  return promise;
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
