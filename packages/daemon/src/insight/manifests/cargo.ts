import { parse } from "smol-toml";
import { lineOf } from "../../os/toml-lines.ts";
import type { DeclaredEntry } from "../index-types.ts";
import {
  asArray,
  asObject,
  asString,
  type Draft,
  dirOf,
  given,
  type Json,
  type JsonObject,
  type Lock,
  stringsOf,
  type TextFile,
  type WithoutLock,
} from "./manifest-file.ts";

const tables: readonly (readonly [string, WithoutLock["kind"]])[] = [
  ["dependencies", "runtime"],
  ["dev-dependencies", "dev"],
  ["build-dependencies", "build"],
];

/** Reads a Cargo.toml. What a member inherits of its workspace has the range `workspace`. */
export function parseCargoToml(text: string): Draft {
  const toml = asObject(parse(text));
  const crate = asObject(toml.package);
  const workspace = asObject(toml.workspace);
  const targets = Object.entries(asObject(toml.target));
  return {
    ...given({ name: asString(crate.name), version: asString(crate.version) }),
    dependencies: [
      ...dependenciesIn(text, toml, []),
      ...targets.flatMap(([name, target]) =>
        dependenciesIn(text, asObject(target), ["target", name]),
      ),
      ...dependenciesIn(text, { dependencies: workspace.dependencies ?? null }, ["workspace"]),
    ],
    entries: entriesOf(text, toml),
    members: stringsOf(workspace.members),
  };
}

function dependenciesIn(text: string, table: JsonObject, path: string[]): WithoutLock[] {
  return tables.flatMap(([key, kind]) =>
    Object.entries(asObject(table[key])).map(([alias, wanted]) => {
      const options = asObject(wanted);
      const name = asString(options.package) ?? alias;
      return { name, range: rangeOf(wanted), kind, line: lineOf(text, [...path, key, alias]) };
    }),
  );
}

function rangeOf(wanted: Json): string {
  const { version, path, git, workspace } = asObject(wanted);
  const written = asString(wanted) ?? asString(version) ?? asString(path) ?? asString(git);
  return written ?? (workspace === true ? "workspace" : "");
}

function entriesOf(text: string, toml: JsonObject): DeclaredEntry[] {
  const library = asString(asObject(toml.lib).path);
  const binaries = asArray(toml.bin).map(asObject);
  return [
    ...(library === undefined
      ? []
      : [
          {
            kind: "main" as const,
            name: "lib",
            target: library,
            line: lineOf(text, ["lib", "path"]),
          },
        ]),
    ...binaries.flatMap(({ name, path }) => {
      const target = asString(path);
      if (target === undefined) return [];
      const line = lineOf(text, ["bin", "path"]);
      return [{ kind: "bin" as const, name: asString(name) ?? target, target, line }];
    }),
  ];
}

/** Reads a Cargo.lock; of several versions of a crate the last one counts. */
export function parseCargoLock({ path, text }: TextFile): Lock {
  const versions = new Map<string, string>();
  for (const { name, version } of asArray(asObject(parse(text)).package).map(asObject)) {
    if (typeof name === "string" && typeof version === "string") versions.set(name, version);
  }
  return { dir: dirOf(path), version: (name) => versions.get(name) };
}
