import type { Dependency, Manifest } from "../index-types.ts";

/** A file of the tree with its text. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The versions that a lock file settled on. */
export interface Lock {
  /** The folder of the lock file. */
  readonly dir: string;
  /** `from` is the folder of the manifest that wants the dependency. */
  version(name: string, range: string, from: string): string | undefined;
}

export type WithoutLock = Omit<Dependency, "locked" | "path">;

/** What a manifest says, before it is known where it lies and what is locked. */
export type Draft = Partial<
  Pick<Manifest, "name" | "version" | "scripts" | "entries" | "members">
> & {
  readonly dependencies: readonly WithoutLock[];
};

export function dirOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Finds the lines of offsets in a text. */
export function linesOf(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** The value as an object; an empty one where it is none. */
export function asObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : {};
}

export function asArray(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function stringsOf(value: unknown): string[] {
  return asArray(value).filter((one): one is string => typeof one === "string");
}

/** The properties that are set, so that an absent one is absent and not undefined. */
export function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
