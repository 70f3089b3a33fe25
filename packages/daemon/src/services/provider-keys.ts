import { readFile, stat } from "node:fs/promises";
import { DaemonError } from "@heddle/protocol";
import { runShell } from "../os/programs.ts";

/** Where a provider's key comes from; one that names no source needs none. */
export interface KeySource {
  readonly api_key_env?: string | undefined;
  readonly api_key_file?: string | undefined;
  readonly api_key_command?: string | undefined;
}

const commandTimeoutMs = 30_000;

/** A key, read anew, for `owner`, such as "the provider x". Throws `noCredentials` where there is none. */
export async function readKey(
  owner: string,
  { api_key_env, api_key_file, api_key_command }: KeySource,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (api_key_env !== undefined) {
    const key = env[api_key_env];
    if (key) return key;
    const message = `${owner} needs the key in ${api_key_env}, which is not set; set it and restart the daemon, or use api_key_file`;
    throw new DaemonError("noCredentials", message, { owner });
  }
  if (api_key_file !== undefined) return readKeyFile(owner, api_key_file);
  if (api_key_command !== undefined) return runKeyCommand(owner, api_key_command);
  return undefined;
}

async function readKeyFile(owner: string, path: string): Promise<string> {
  const mode = await stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
  if (mode === undefined) {
    throw new DaemonError("noCredentials", `the key file ${path} of ${owner} cannot be read`);
  }
  if ((mode & 0o077) !== 0) {
    const message = `the key file ${path} can be read by others; run \`chmod 600 ${path}\``;
    throw new DaemonError("noCredentials", message, { owner });
  }
  return (await readFile(path, "utf8")).trim();
}

async function runKeyCommand(owner: string, command: string): Promise<string> {
  const { stdout, exitCode } = await runShell(command, commandTimeoutMs);
  if (exitCode === 0 && stdout.trim() !== "") return stdout.trim();
  const message = `the api_key_command of ${owner} failed (exit ${exitCode ?? "unknown"})`;
  throw new DaemonError("noCredentials", message, { owner });
}
