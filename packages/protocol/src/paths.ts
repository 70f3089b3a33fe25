import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where everything of one instance lies. All absolute. */
export interface HeddlePaths {
  readonly config: string;
  readonly state: string;
  readonly runtime: string;
  readonly socket: string;
  readonly log: string;
  /** Where Node keeps what it has compiled. Not under the shared temporary directory: it is run as code. */
  readonly compileCache: string;
  /** Who holds the lock of the state directory: `LockHolder` as JSON. */
  readonly holder: string;
}

/**
 * Follows the XDG base directories; `HEDDLE_HOME` moves everything, for tests and second instances.
 * Daemon and clients find each other by this function alone.
 */
export function heddlePaths(env: NodeJS.ProcessEnv = process.env): HeddlePaths {
  if (env.HEDDLE_HOME) {
    const home = resolve(env.HEDDLE_HOME);
    return from(
      join(home, "config.toml"),
      join(home, "state"),
      join(home, "run"),
      join(home, "cache"),
    );
  }
  const home = env.HOME || homedir();
  const state = join(env.XDG_STATE_HOME || join(home, ".local", "state"), "heddle");
  const config = join(env.XDG_CONFIG_HOME || join(home, ".config"), "heddle", "config.toml");
  const runtime = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, "heddle") : join(state, "run");
  return from(config, state, runtime, join(env.XDG_CACHE_HOME || join(home, ".cache"), "heddle"));
}

function from(config: string, state: string, runtime: string, cache: string): HeddlePaths {
  const socket = join(runtime, "heddle.sock");
  const [log, holder] = [join(state, "heddle.log"), join(state, "daemon.json")];
  const compileCache = join(cache, "compile");
  return { config, state, runtime, socket, log, holder, compileCache };
}

/** The longest path that the kernel takes as the address of a unix socket, in bytes. */
export const maxSocketPathBytes = process.platform === "darwin" ? 103 : 107;
