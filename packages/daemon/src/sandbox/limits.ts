import { totalmem } from "node:os";

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** What one box, and one command in it, may use up at most. Part of the profile's hash. */
export const limits = {
  processes: 512,
  /** Beyond this a box is ended, before the kernel's limit leaves it no process to be stopped with. */
  watchedProcesses: 480,
  dataBytes: 4 * GiB,
  fileBytes: 2 * GiB,
  openFiles: 4096,
  coreBytes: 0,
  tmpBytes: 512 * MiB,
  homeBytes: 64 * MiB,
  sharedMemoryBytes: 256 * MiB,
  outputBytes: 64 * MiB,
  killGraceMs: 2000,
  /** How long the helper has to report what it killed: a busy machine lets it wait. */
  stuckMs: 10_000,
} as const;

const defaultMemoryBytes = 4 * GiB;
/** Of the machine: the rest is for the daemon and the user. */
const memoryShare = 0.75;

/** What the processes of one box may use together. */
export function memoryLimit(askedBytes = defaultMemoryBytes): number {
  return Math.min(askedBytes, Math.floor(totalmem() * memoryShare));
}

/**
 * Bash lines that apply the limits to the shell that runs them and so to all its children. A hard
 * limit that is already lower stays; what then holds is read back and judged by `missingLimit`.
 */
export const limitScript = [
  ["-c", limits.coreBytes],
  ["-n", limits.openFiles],
  ["-u", limits.processes],
  ["-d", limits.dataBytes / KiB],
  ["-f", limits.fileBytes / KiB],
]
  .map(
    ([flag, value]) =>
      `ulimit ${flag} ${value} 2>/dev/null || ulimit ${flag} "$(ulimit -H ${flag})"`,
  )
  .join("\n");

const kernelNames = {
  "Max core file size": limits.coreBytes,
  "Max open files": limits.openFiles,
  "Max processes": limits.processes,
  "Max data size": limits.dataBytes,
  "Max file size": limits.fileBytes,
};

/** Names the first limit that the text of a `/proc/PID/limits` does not hold. */
export function missingLimit(procLimits: string): string | undefined {
  for (const [name, most] of Object.entries(kernelNames)) {
    const hard = new RegExp(`^${name}\\s+\\d+\\s+(\\d+)\\s`, "m").exec(procLimits)?.[1];
    if (hard === undefined || Number(hard) > most) return name.toLowerCase();
  }
  return undefined;
}
