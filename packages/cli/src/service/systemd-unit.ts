import { CliError, exitCodes } from "../exit.ts";
import { mark } from "./files.ts";
import type { ServicePlan } from "./plan.ts";

export function socketUnit({ description, socket }: ServicePlan): string {
  return `# ${mark}
[Unit]
Description=${value(`${description}: its socket`)}

[Socket]
ListenStream=${value(socket)}
SocketMode=0600
DirectoryMode=0700

[Install]
WantedBy=sockets.target
`;
}

/**
 * The daemon starts at login, for automations, and at the first connection. It divides its control
 * group for boxes, and one of them that runs out of memory is no reason to stop it.
 */
export function serviceUnit(plan: ServicePlan): string {
  const { name, description, command, environment, environmentFile, directory } = plan;
  const variables = Object.entries(environment).map(
    ([variable, text]) => `Environment=${quoted(`${variable}=${text}`)}\n`,
  );
  return `# ${mark}
[Unit]
Description=${value(description)}
Requires=${name}.socket
After=${name}.socket

[Service]
Type=notify
NotifyAccess=all
ExecStart=${commandLine(command)}
WorkingDirectory=-${value(directory)}
${variables.join("")}EnvironmentFile=-${value(environmentFile)}
Restart=on-failure
RestartPreventExitStatus=75 78
TimeoutStartSec=5min
KillMode=mixed
Delegate=yes
OOMPolicy=continue

[Install]
WantedBy=default.target
`;
}

/** The program itself is no place for variables, so its `$` stays as it is. */
function commandLine([program = "", ...args]: readonly string[]): string {
  return [quoted(program), ...args.map((arg) => quoted(arg).replaceAll("$", "$$$$"))].join(" ");
}

/** One word as systemd takes it apart. */
function quoted(text: string): string {
  return `"${value(text).replaceAll(/["\\]/g, "\\$&")}"`;
}

/** A setting that is one whole path or sentence. */
function value(text: string): string {
  if (!/[\p{Cc}]|^\s|\s$|\\$/u.test(text)) return text.replaceAll("%", "%%");
  const message = `a unit of systemd cannot hold ${JSON.stringify(text)}`;
  throw new CliError(exitCodes.configuration, message, "choose a path without such characters");
}
