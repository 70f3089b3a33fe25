import { resolve } from "node:path";
import type { Methods, ParamsOf } from "@heddle/protocol";
import type { HeddleClient } from "@heddle/protocol/node";
import type { Command } from "commander";
import { command } from "../command.ts";
import { openDaemon } from "../daemon/open.ts";
import { usageError } from "../exit.ts";
import { findThread } from "../lookup.ts";
import { chooseProject } from "../project.ts";
import { outputWidth, printJson, say } from "../terminal/output.ts";
import { printableLine } from "../terminal/printable.ts";
import { timeSpan } from "../time-span.ts";
import { grantTable } from "./project-grants.ts";

interface Options {
  readonly project?: string;
  readonly toolchain?: boolean;
  readonly host?: string;
  readonly env?: string;
  readonly thread?: string;
  readonly for?: string;
  readonly ro?: boolean;
  readonly rw?: boolean;
  readonly json?: boolean;
}

type Params = ParamsOf<Methods, "project/grant">;
type Resource = NonNullable<Params["resource"]>;
type GrantRequest = Pick<Params, "access" | "resource" | "expiresAt">;

export function grantCommand(): Command {
  return command("grant")
    .description(
      "Grant access to a path, a host or a variable; with --ro or --rw alone, to the project itself.",
    )
    .argument("[path]", "a directory outside of the project, for reading")
    .option("--toolchain", "the path holds tools to run, such as a version manager's")
    .option("--host <host:port>", "a host that commands may reach; without a port, by https")
    .option("--env <name>", "a variable of the daemon's environment that commands may see")
    .option("--thread <thread>", "only for this thread, and no longer than it is there")
    .option("--for <span>", "only for so long, such as 30m, 2h or 7d")
    .option("--ro", "read only")
    .option("--rw", "let work begin in the project: branches, worktrees and landing")
    .option("-p, --project <project>", "by name, path or id; else the one of the current directory")
    .option("--json", "print project and grants as JSON")
    .action(async (path: string | undefined, options: Options) => {
      const request = grantRequest(path, options);
      using daemon = await openDaemon();
      const holder = await holderOf(daemon, options);
      const { project, grants } = await daemon.call("project/grant", { ...request, ...holder });
      if (options.json) return printJson({ project, grants });
      say(`${printableLine(project.name)}: ${project.access ?? "no access"}`);
      if (grants.length === 0) return;
      say(grantTable(grants, { width: outputWidth(), now: Date.now() }).trimEnd());
    });
}

/** What is granted. Nothing is granted by a command that does not say it in full. */
export function grantRequest(
  path: string | undefined,
  options: Options,
  now = Date.now(),
): GrantRequest {
  const { toolchain, ro, rw } = options;
  if (ro && rw) throw usageError("--ro and --rw exclude each other");
  const resources = resourcesOf(path, options);
  if (resources.length > 1) throw usageError("grant one thing at a time");
  if (toolchain && path === undefined) throw usageError("--toolchain needs a path");
  const access = rw ? "rw" : "ro";
  const [resource] = resources;
  if (resource) return { access, resource, ...endOf(options, now) };
  if (options.thread !== undefined || options.for !== undefined) {
    throw usageError("--thread and --for need something to grant besides access to the project");
  }
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

function endOf({ for: span }: Options, now: number): Pick<Params, "expiresAt"> {
  return span === undefined ? {} : { expiresAt: now + timeSpan(span) };
}

/** The project that is granted something; that of the thread where one is named. */
async function holderOf(
  daemon: HeddleClient,
  { thread, project }: Options,
): Promise<Pick<Params, "projectId" | "threadId">> {
  if (thread === undefined) return { projectId: (await chooseProject(daemon, project)).id };
  const threadId = await findThread(daemon, thread);
  const found = await daemon.call("thread/read", { threadId, limit: 1 });
  return { projectId: found.thread.projectId, threadId };
}
