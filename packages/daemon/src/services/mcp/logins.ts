import { DaemonError, type McpServer, messageOf } from "@heddle/protocol";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { fetchBy } from "../../sandbox/egress/fetch.ts";
import { type Network, Routes } from "../../sandbox/egress/routes.ts";
import type { OAuthFile } from "./oauth-file.ts";
import { hostOf } from "./pins.ts";

interface Step {
  readonly network: Network | undefined;
  readonly login: OAuthFile;
  /** What the browser brought back. */
  readonly code?: string;
  readonly signal: AbortSignal;
}

/** One step of logging in: to where a person agrees, or from there to tokens. Throws `mcpFailed`. */
export async function logIn(
  server: McpServer,
  { network, login, code, signal }: Step,
): Promise<void> {
  const { name, transport } = server;
  if (transport.type !== "http") {
    throw new DaemonError("invalidParams", `${name} is a program: there is nobody to log in to`);
  }
  if (network === undefined) {
    const host = hostOf(transport.url);
    const message = `no host is granted: allow it with \`heddle project grant --host ${host}\``;
    throw new DaemonError("notGranted", message, { server: name });
  }
  using routes = new Routes(network);
  const authorizationCode = code === undefined ? {} : { authorizationCode: code };
  const through = fetchBy(routes);
  const fetchFn: typeof fetch = (input, init) => through(input, { ...init, signal });
  const options = { serverUrl: transport.url, fetchFn, ...authorizationCode };
  try {
    await auth(login, options);
  } catch (error) {
    const message = messageOf(error);
    throw new DaemonError("mcpFailed", `${name}: ${message.slice(0, 1000)}`, {}, { cause: error });
  }
}
