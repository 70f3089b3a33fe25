import { lstatSync, readlinkSync } from "node:fs";
import { sep } from "node:path";
import { limits } from "./limits.ts";

/** One thing that exists in a box. Nothing else does. */
export type Mount =
  | {
      readonly type: "bind";
      readonly access: "ro" | "rw";
      readonly from: string;
      readonly at: string;
    }
  | { readonly type: "optional"; readonly from: string; readonly at: string }
  | { readonly type: "tmpfs"; readonly at: string; readonly bytes: number; readonly mode: string }
  | { readonly type: "symlink"; readonly target: string; readonly at: string }
  | { readonly type: "proc" | "dev"; readonly at: string };

export function readOnly(path: string, from: string = path): Mount {
  return { type: "bind", access: "ro", from, at: path };
}

export function writable(path: string): Mount {
  return { type: "bind", access: "rw", from: path, at: path };
}

const etc = [
  "ssl/certs",
  "ca-certificates",
  "ld.so.cache",
  "alternatives",
  "passwd",
  "group",
  "nsswitch.conf",
  "localtime",
];

/** The system as every box sees it, with empty /tmp and HOME; later mounts may lie in them. */
export function systemMounts(home: string, hostsFile: string): Mount[] {
  return [
    readOnly("/usr"),
    ...["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].flatMap(systemDirectory),
    ...etc.map((name): Mount => ({ type: "optional", from: `/etc/${name}`, at: `/etc/${name}` })),
    readOnly("/etc/hosts", hostsFile),
    { type: "proc", at: "/proc" },
    { type: "dev", at: "/dev" },
    { type: "tmpfs", at: "/dev/shm", bytes: limits.sharedMemoryBytes, mode: "1777" },
    { type: "tmpfs", at: "/tmp", bytes: limits.tmpBytes, mode: "1777" },
    { type: "tmpfs", at: home, bytes: limits.homeBytes, mode: "0700" },
  ];
}

function systemDirectory(path: string): Mount[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isSymbolicLink()) return [{ type: "symlink", target: readlinkSync(path), at: path }];
  return [readOnly(path)];
}

/** Outer before inner, so that no bind hides one within it; of two at a path, the later holds. */
export function outerFirst(mounts: readonly Mount[]): Mount[] {
  const depth = ({ at }: Mount) => at.split(sep).length;
  return mounts.toSorted((a, b) => depth(a) - depth(b));
}

export function mountArgs(mount: Mount): string[] {
  switch (mount.type) {
    case "bind":
      return [mount.access === "ro" ? "--ro-bind" : "--bind", mount.from, mount.at];
    case "optional":
      return ["--ro-bind-try", mount.from, mount.at];
    case "tmpfs":
      return ["--perms", mount.mode, "--size", String(mount.bytes), "--tmpfs", mount.at];
    case "symlink":
      return ["--symlink", mount.target, mount.at];
    case "proc":
      return ["--proc", mount.at];
    case "dev":
      return ["--dev", mount.at];
  }
}
