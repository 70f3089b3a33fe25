import type { AuditTool } from "./audit.ts";
import { cargo } from "./cargo.ts";
import { go } from "./go.ts";
import { npm, npmLockFiles, pnpm, yarn } from "./npm.ts";
import { osv } from "./osv.ts";
import { pip } from "./pip.ts";

export interface Ecosystem {
  /** Begins the fingerprints of what is found. */
  readonly name: string;
  readonly lockFiles: readonly string[];
  /** The first that is installed is used. */
  readonly tools: readonly [AuditTool, ...AuditTool[]];
  /** As the code index calls it, where imports tell who uses what. */
  readonly indexed?: string;
}

/** What is looked for in a project: of each ecosystem the first lock file that is there. */
export const ecosystems: readonly Ecosystem[] = [
  {
    name: "npm",
    lockFiles: npmLockFiles,
    tools: [npm, osv],
    indexed: "npm",
  },
  { name: "pnpm", lockFiles: ["pnpm-lock.yaml"], tools: [pnpm, osv], indexed: "npm" },
  { name: "yarn", lockFiles: ["yarn.lock"], tools: [yarn, osv], indexed: "npm" },
  { name: "pip", lockFiles: ["requirements.txt"], tools: [pip, osv], indexed: "python" },
  {
    name: "python",
    lockFiles: ["uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock"],
    tools: [osv],
    indexed: "python",
  },
  { name: "cargo", lockFiles: ["Cargo.lock"], tools: [cargo, osv], indexed: "cargo" },
  { name: "go", lockFiles: ["go.mod"], tools: [go, osv], indexed: "go" },
  { name: "bundler", lockFiles: ["Gemfile.lock"], tools: [osv] },
  { name: "composer", lockFiles: ["composer.lock"], tools: [osv] },
  { name: "maven", lockFiles: ["gradle.lockfile", "pom.xml"], tools: [osv] },
];
