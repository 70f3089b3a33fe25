import { join } from "node:path";
import type { TestProject } from "../../test-daemon.ts";
import type { Ground } from "../attack.ts";
import { Bait } from "../bait.ts";

let baits = 0;

/** A project of its own, with a bait to put into it. */
export async function fresh(
  ground: Ground,
  files?: Readonly<Record<string, string>>,
): Promise<{ project: TestProject; bait: Bait }> {
  const daemon = await ground.daemon();
  const bait = new Bait(join(daemon.root, `bait-${++baits}`));
  return { project: await daemon.project(files), bait };
}

/** Every setting by which git runs a program of somebody's choice. */
export function hostileConfig({ program }: Bait): Record<string, string> {
  return {
    "core.fsmonitor": program,
    "core.pager": program,
    "core.editor": program,
    "core.sshCommand": program,
    "core.askPass": program,
    "credential.helper": `!${program}`,
    "filter.evil.clean": program,
    "filter.evil.smudge": program,
    "filter.evil.process": program,
    "diff.evil.command": program,
    "diff.evil.textconv": program,
    "diff.external": program,
    "merge.evil.driver": program,
    "gpg.program": program,
    "commit.gpgSign": "true",
    "alias.status": `!${program}`,
    "uploadpack.packObjectsHook": program,
    "sequence.editor": program,
    "interactive.diffFilter": program,
    "trailer.evil.command": program,
    "protocol.ext.allow": "always",
    "remote.origin.url": `ext::${program}`,
  };
}
