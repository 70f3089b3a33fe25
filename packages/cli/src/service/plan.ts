import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { type HeddlePaths, heddlePaths } from "@heddle/protocol/node";
import { daemonArguments } from "../daemon/entry.ts";

/** What a service manager has to know to run the daemon of one instance. */
export interface ServicePlan {
  /** Of the units: `heddle`, or with a home of its own `heddle-` and a hash of that. */
  readonly name: string;
  readonly description: string;
  readonly command: readonly string[];
  /** Never a secret: units are read by everybody who asks the manager. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables that the user may put there, such as keys. */
  readonly environmentFile: string;
  readonly socket: string;
  readonly directory: string;
}

/** What makes a daemon the same one as that of this shell. */
const kept = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "HEDDLE_ALLOW_ROOT", "PATH"];

export function servicePlan(env: NodeJS.ProcessEnv, command = daemonCommandLine()): ServicePlan {
  const paths: HeddlePaths = heddlePaths(env);
  const home = env.HEDDLE_HOME ? resolve(env.HEDDLE_HOME) : undefined;
  const given = kept.flatMap((name) => (env[name] ? [[name, env[name]]] : []));
  return {
    name: serviceName(env),
    description: home === undefined ? "Heddle daemon" : `Heddle daemon of ${home}`,
    command,
    environment: Object.fromEntries([...(home ? [["HEDDLE_HOME", home]] : []), ...given]),
    environmentFile: join(dirname(paths.config), "environment"),
    socket: paths.socket,
    directory: paths.state,
  };
}

/** Instances lie beside each other, so each has a name of its own. */
export function serviceName({ HEDDLE_HOME }: NodeJS.ProcessEnv): string {
  if (!HEDDLE_HOME) return "heddle";
  const hash = createHash("sha256").update(resolve(HEDDLE_HOME)).digest("hex");
  return `heddle-${hash.slice(0, 8)}`;
}

function daemonCommandLine(): string[] {
  return [process.execPath, ...daemonArguments()];
}
