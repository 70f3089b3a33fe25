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

/** A provider's key, read anew. Throws `noCredentials` where it cannot be had. */
export async function readKey(
  id: string,
  { api_key_env, api_key_file, api_key_command }: KeySource,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (api_key_env !== undefined) {
    const key = env[api_key_env];
    if (key) return key;
    const message = `the provider ${id} needs the key in ${api_key_env}, which is not set; set it and restart the daemon, or use api_key_file`;
    throw new DaemonError("noCredentials", message, { provider: id });
  }
  if (api_key_file !== undefined) return readKeyFile(id, api_key_file);
  if (api_key_command !== undefined) return runKeyCommand(id, api_key_command);
  return undefined;
}

async function readKeyFile(provider: string, path: string): Promise<string> {
  const mode = await stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
  if (mode === undefined) {
    throw new DaemonError("noCredentials", `the key file ${path} of ${provider} cannot be read`);
  }
  if ((mode & 0o077) !== 0) {
    const message = `the key file ${path} can be read by others; run \`chmod 600 ${path}\``;
    throw new DaemonError("noCredentials", message, { provider });
  }
  return (await readFile(path, "utf8")).trim();
}

async function runKeyCommand(provider: string, command: string): Promise<string> {
  const { stdout, exitCode } = await runShell(command, commandTimeoutMs);
  if (exitCode === 0 && stdout.trim() !== "") return stdout.trim();
  const message = `the api_key_command of ${provider} failed (exit ${exitCode ?? "unknown"})`;
  throw new DaemonError("noCredentials", message, { provider });
}
