import type { Checkout } from "./types.ts";

const systemTrees = [
  "/usr",
  "/bin",
  "/sbin",
  "/System",
  "/Library/Developer",
  "/Library/Apple",
  "/Applications/Xcode.app",
  "/dev",
  "/private/etc/ssl",
  "/private/var/db/timezone",
];
const systemFiles = ["/", "/private/etc/passwd", "/private/etc/group", "/private/etc/localtime"];

export interface DarwinRoots {
  readonly checkout: Checkout;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  /** Wins over `writable`. */
  readonly frozen: readonly string[];
}

/** The text for `sandbox-exec -p`: what Linux mounts is allowed, and the rest is denied. */
export function darwinProfile({ checkout, readable, writable, frozen }: DarwinRoots): string {
  const trees = [...systemTrees, checkout.worktree, checkout.gitCommonDir, checkout.gitDir];
  return [
    "(version 1)",
    "(deny default)",
    "(allow process-fork process-exec)",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    "(allow pseudo-tty)",
    "(allow file-read-metadata)",
    '(allow file-ioctl (regex #"^/dev/tty"))',
    allow("file-read*", "subpath", [...trees, ...readable, ...writable]),
    allow("file-read*", "literal", systemFiles),
    allow("file-write*", "literal", ["/dev/null", "/dev/tty", "/dev/ptmx"]),
    '(allow file-write* (regex #"^/dev/ttys[0-9]+$"))',
    ...(writable.length === 0 ? [] : [allow("file-write*", "subpath", writable)]),
    ...frozen.map((path) => `(deny file-write* (subpath ${literal(path)}))`),
    '(allow network* (local ip "localhost:*"))',
    '(allow network-outbound (remote ip "localhost:*"))',
  ].join("\n");
}

function allow(operation: string, filter: "subpath" | "literal", paths: readonly string[]): string {
  return `(allow ${operation} ${paths.map((path) => `(${filter} ${literal(path)})`).join(" ")})`;
}

function literal(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
