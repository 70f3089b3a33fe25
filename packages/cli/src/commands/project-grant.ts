import { resolve } from "node:path";
import type { Access, Grant, Methods, ParamsOf } from "@heddle/protocol";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { chooseProject } from "../project.ts";
import { printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";

interface Options {
  readonly project?: string;
  readonly toolchain?: boolean;
  readonly host?: string;
  readonly env?: string;
  readonly ro?: boolean;
  readonly rw?: boolean;
  readonly json?: boolean;
}

type Resource = NonNullable<ParamsOf<Methods, "project/grant">["resource"]>;

export function grantCommand(): Command {
  return command("grant")
    .description(
      "Grant access to a path, a host or a variable; with --ro or --rw alone, to the project itself.",
    )
    .argument("[path]", "a directory outside of the project, read-only unless --rw")
    .option("--toolchain", "the path holds tools to run, such as a version manager's")
    .option("--host <host:port>", "a host that commands may reach")
    .option("--env <name>", "a variable of the daemon's environment that commands may see")
    .option("--ro", "read only")
    .option("--rw", "read and write")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("--json", "print project and grants as JSON")
    .action(async (path: string | undefined, options: Options) => {
      const request = grantRequest(path, options);
      using daemon = await openDaemon();
      const { id } = await chooseProject(daemon, options.project);
      const { project, grants } = await daemon.call("project/grant", { projectId: id, ...request });
      if (options.json) return printJson({ project, grants });
      say(`${printableLine(project.name)}: ${project.access ?? "no access"}`);
      for (const grant of grants) say(`  ${grantLine(grant)}`);
    });
}

/** What is granted. Nothing is granted by a command that does not say it in full. */
export function grantRequest(
  path: string | undefined,
  options: Options,
): { access: Access; resource?: Resource } {
  const { toolchain, ro, rw } = options;
  if (ro && rw) throw usageError("--ro and --rw exclude each other");
  const resources = resourcesOf(path, options);
  if (resources.length > 1) throw usageError("grant one thing at a time");
  if (toolchain && path === undefined) throw usageError("--toolchain needs a path");
  const access = rw ? "rw" : "ro";
  const [resource] = resources;
  if (resource) return { access, resource };
  if (ro || rw) return { access };
  throw usageError(
    "nothing was named to grant",
    "give a path, --host, --env, or --ro or --rw alone",
  );
}

function resourcesOf(path: string | undefined, { toolchain, host, env }: Options): Resource[] {
  const kind = toolchain ? "toolchain" : "root";
  return [
    ...(path === undefined ? [] : [{ kind, value: resolve(path) } as const]),
    ...(host === undefined ? [] : [{ kind: "host", value: host } as const]),
    ...(env === undefined ? [] : [{ kind: "env", value: env } as const]),
  ];
}

function grantLine({ kind, value, access }: Grant): string {
  return printableLine(`${kind} ${value} (${access})`);
}
