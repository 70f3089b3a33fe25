import { lstat, readFile, realpath } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { DaemonError } from "@heddle/protocol";
import { type Mount, readOnly } from "./mounts.ts";
import { isInside, refuseCheckout, refuseGrant } from "./refuse.ts";
import type { Runtime } from "./runtime.ts";
import type { Checkout } from "./types.ts";
import { unavailable } from "./unavailable.ts";

const alternateDepth = 5;

/**
 * Makes sure that git's links lead where the daemon thinks, before anything is mounted: an agent
 * that had repointed them would choose what its next box protects.
 */
export async function checkCheckout(runtime: Runtime, checkout: Checkout): Promise<void> {
  const { worktree, gitDir, gitCommonDir } = checkout;
  for (const path of [worktree, gitDir, gitCommonDir]) await checkPlace(runtime, path);

  const link = join(worktree, ".git");
  const found = await lstat(link).catch((error: unknown) => {
    throw unavailable(`${link} is missing: the worktree is damaged`, error);
  });
  const target = found.isDirectory() ? link : found.isFile() ? await linkTarget(link) : undefined;
  if (target !== gitDir) throw unavailable(`${link} does not lead to ${gitDir}: it was changed`);
  if (gitDir === gitCommonDir) return;
  const common = resolve(gitDir, (await text(join(gitDir, "commondir"))).trim());
  if (common === gitCommonDir) return;
  throw unavailable(`${gitDir}/commondir does not lead to ${gitCommonDir}: it was changed`);
}

async function checkPlace(runtime: Runtime, path: string): Promise<void> {
  const reason = refuseCheckout(path, runtime);
  if (reason !== undefined) throw unavailable(`${path} cannot be a checkout: ${reason}`);
  if (isInside(path, runtime.dir)) throw unavailable(`${path} belongs to the daemon`);
  const real = await realpath(path).catch((error: unknown) => {
    throw unavailable(`${path} is missing: the checkout is damaged`, error);
  });
  if (real !== path) throw unavailable(`${path} leads to ${real}: name the real path`);
}

async function linkTarget(file: string): Promise<string | undefined> {
  const path = /^gitdir: (.+)\n?$/.exec(await text(file))?.[1];
  if (path === undefined) return undefined;
  return realpath(resolve(join(file, ".."), path)).catch(() => undefined);
}

function text(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    throw unavailable(`${path} cannot be read: the checkout is damaged`, error);
  });
}

/** What a profile may read besides its checkout; each path stands in the box where it is. */
export async function readableMounts(
  runtime: Runtime,
  { readable, worktree }: { readable: readonly string[]; worktree: string },
): Promise<Mount[]> {
  const outside = readable.filter((path) => !isInside(path, worktree));
  return Promise.all(outside.map((path) => readableMount(runtime, path)));
}

async function readableMount(runtime: Runtime, path: string): Promise<Mount> {
  const reason = refuseGrant(path, runtime);
  if (reason !== undefined) {
    throw new DaemonError("notGranted", `${path} cannot be granted: ${reason}`, { path });
  }
  const real = await realpath(path).catch((error: unknown) => {
    throw unavailable(`${path} is missing: restore it, or take back its grant`, error);
  });
  return readOnly(path, real);
}

/** Object stores that the repository borrows from, where they may be read at all. */
export async function alternateMounts(runtime: Runtime, checkout: Checkout): Promise<Mount[]> {
  const found = new Set<string>();
  let stores = [join(checkout.gitCommonDir, "objects")];
  for (let depth = 0; depth < alternateDepth && stores.length > 0; depth++) {
    const next = (await Promise.all(stores.map(alternates))).flat();
    stores = next.filter((path) => !found.has(path) && !refuseCheckout(path, runtime));
    for (const path of stores) found.add(path);
  }
  return [...found].filter((path) => path.endsWith("/objects")).map((path) => readOnly(path));
}

async function alternates(store: string): Promise<string[]> {
  const list = await readFile(join(store, "info/alternates"), "utf8").catch(() => "");
  const paths = list.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const absolute = paths.map((path) => (isAbsolute(path) ? path : resolve(store, path)));
  const real = await Promise.all(absolute.map((path) => realpath(path).catch(() => undefined)));
  return real.filter((path) => path !== undefined);
}
