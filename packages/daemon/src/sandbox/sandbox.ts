import { DarwinSandbox } from "./darwin.ts";
import { LinuxSandbox } from "./linux.ts";
import type { Sandbox } from "./types.ts";
import { unavailable } from "./unavailable.ts";

export { refuseGrant } from "./refuse.ts";

export interface SandboxOptions {
  readonly allowRoot: boolean;
  readonly stateDir: string;
  /** Where pipes and generated files stand; `box` in the state directory by default. */
  readonly runtimeDir?: string;
  /** How many commands run at once over all boxes. */
  readonly maxCommands?: number;
  /** What all commands of a box may use together, within a share of the machine's memory. */
  readonly memoryBytes?: number;
  readonly home?: string;
  /** For tests only. */
  readonly bwrapPath?: string;
  readonly arch?: string;
  readonly platform?: NodeJS.Platform;
}

/** The machine's sandbox. It starts nothing yet; a machine without one fails at the first use. */
export function createSandbox({ maxCommands = 4, ...options }: SandboxOptions): Sandbox {
  const platform = options.platform ?? process.platform;
  if (platform === "linux") return new LinuxSandbox(options, maxCommands);
  if (platform === "darwin") return new DarwinSandbox(options, maxCommands);
  const refuse = async (): Promise<never> => {
    throw unavailable(`no sandbox on ${platform}: use Linux, macOS or, on Windows, WSL2`);
  };
  return { prove: refuse, open: refuse, git: refuse };
}
