import { existsSync, realpathSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, sep } from "node:path";

export interface Refusals {
  readonly home: string;
  readonly stateDir: string;
  /** Further files and directories that neither may be granted nor lie in what is. */
  readonly secrets?: readonly string[];
}

const credentials = [
  ".ssh",
  ".gnupg",
  ".aws",
  ".azure",
  ".kube",
  ".docker",
  ".netrc",
  ".git-credentials",
  ".npmrc",
  ".pypirc",
  ".vault-token",
  ".terraform.d",
  ".password-store",
  ".pki",
  ".mozilla",
  ".config/gcloud",
  ".config/gh",
  ".config/op",
  ".config/rclone",
  ".config/git/credentials",
  ".config/heddle",
  ".config/google-chrome",
  ".config/chromium",
  ".local/share/keyrings",
];

const credentialFiles = [
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".gem/credentials",
  ".m2/settings.xml",
  ".m2/settings-security.xml",
];

const systemTrees = ["/proc", "/sys", "/dev", "/run", "/var/run", "/etc", "/boot"];
const systemRoots = ["/usr", "/var", "/home", "/root", "/opt", "/tmp", "/var/tmp"];

/** Whether `path` is `root` or lies in it; both are absolute. */
export function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Why nobody may be granted this path, or `undefined`. A link is judged by where it leads, too. */
export function refuseGrant(path: string, places: Refusals): string | undefined {
  const reason = refuseCheckout(path, places);
  if (reason !== undefined) return reason;
  return ways(path).some((way) => ways(places.stateDir).some((state) => isInside(way, state)))
    ? "it lies in the state directory"
    : undefined;
}

/** As `refuseGrant`, for checkouts, which may lie in the state directory. */
export function refuseCheckout(path: string, places: Refusals): string | undefined {
  if (!isAbsolute(path)) return "it is not an absolute path";
  for (const way of ways(path)) {
    const reason = refusePlace(way, places);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function refusePlace(path: string, places: Refusals): string | undefined {
  const { home, stateDir, secrets = [] } = places;
  if (path === sep) return "it is the whole file system";
  if (ways(home).some((way) => isInside(way, path))) return "it holds the home directory";
  if (ways(stateDir).some((way) => isInside(way, path))) return "it holds the state directory";
  const secret = [...credentialPlaces(home), ...secrets.flatMap(ways)].find(
    (place) => isInside(path, place) || isInside(place, path),
  );
  if (secret !== undefined) return `it holds or lies in ${secret}, where credentials are kept`;
  if ([...systemRoots, ...ways(tmpdir())].some((root) => isInside(root, path))) {
    return "it is a directory of the system";
  }
  if (systemTrees.some((tree) => isInside(path, tree))) return "it lies in a system directory";
  return undefined;
}

/** Some hold credentials among much else, so they count only where they exist. */
function credentialPlaces(home: string): string[] {
  return ways(home).flatMap((way) => [
    ...credentials.map((name) => join(way, name)),
    ...credentialFiles.map((name) => join(way, name)).filter((path) => existsSync(path)),
  ]);
}

function ways(path: string): string[] {
  return [path, real(path)];
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
