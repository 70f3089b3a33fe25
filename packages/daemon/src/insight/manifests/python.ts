import { parse } from "smol-toml";
import { lineOf } from "../../os/toml-lines.ts";
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

type Kind = WithoutLock["kind"];

/** Reads a pyproject.toml: PEP 621 and 735, and what Poetry writes. */
export function parsePyproject(text: string): Draft {
  const toml = asObject(parse(text));
  const project = asObject(toml.project);
  const poetry = asObject(asObject(toml.tool).poetry);
  const listed = (value: Json | undefined, kind: Kind) =>
    stringsOf(value).flatMap((wanted) => requirement(wanted, kind, lineWith(text, wanted)));
  return {
    ...given({
      name: asString(project.name) ?? asString(poetry.name),
      version: asString(project.version) ?? asString(poetry.version),
    }),
    dependencies: [
      ...listed(project.dependencies, "runtime"),
      ...valuesOf(project["optional-dependencies"]).flatMap((list) => listed(list, "optional")),
      ...valuesOf(toml["dependency-groups"]).flatMap((list) => listed(list, "dev")),
      ...listed(asObject(toml["build-system"]).requires, "build"),
      ...poetryDependencies(text, poetry),
    ],
    entries: [
      ...commands(text, project.scripts, ["project", "scripts"]),
      ...commands(text, poetry.scripts, ["tool", "poetry", "scripts"]),
    ],
    members: stringsOf(asObject(asObject(asObject(toml.tool).uv).workspace).members),
  };
}

function poetryDependencies(text: string, poetry: JsonObject): WithoutLock[] {
  const table = (value: Json | undefined, kind: Kind, path: string[]) =>
    Object.entries(asObject(value))
      .filter(([name]) => name !== "python")
      .map(([name, wanted]) => {
        const range = asString(wanted) ?? asString(asObject(wanted).version) ?? "";
        return { name, range, kind, line: lineOf(text, ["tool", "poetry", ...path, name]) };
      });
  const groups = Object.entries(asObject(poetry.group));
  return [
    ...table(poetry.dependencies, "runtime", ["dependencies"]),
    ...table(poetry["dev-dependencies"], "dev", ["dev-dependencies"]),
    ...groups.flatMap(([name, group]) =>
      table(asObject(group).dependencies, "dev", ["group", name, "dependencies"]),
    ),
  ];
}

function commands(text: string, table: Json | undefined, path: string[]) {
  return Object.entries(asObject(table)).flatMap(([name, target]) =>
    typeof target === "string"
      ? [{ kind: "bin" as const, name, target, line: lineOf(text, [...path, name]) }]
      : [],
  );
}

/** Reads a Pipfile. */
export function parsePipfile(text: string): Draft {
  const toml = asObject(parse(text));
  const table = (key: string, kind: Kind) =>
    Object.entries(asObject(toml[key])).map(([name, wanted]) => {
      const range = asString(wanted) ?? asString(asObject(wanted).version) ?? "";
      return { name, range, kind, line: lineOf(text, [key, name]) };
    });
  return { dependencies: [...table("packages", "runtime"), ...table("dev-packages", "dev")] };
}

/** Reads a requirements file; those it names with `-r` are files of their own. */
export function parseRequirements(text: string, kind: Kind): Draft {
  const dependencies = text.split("\n").flatMap((line, index) => {
    const wanted = line.replace(/(^|\s)#.*$/, "").trim();
    return wanted === "" || wanted.startsWith("-") ? [] : requirement(wanted, kind, index + 1);
  });
  return { dependencies };
}

/** PEP 508: a name, extras, versions or an address, a marker. */
function requirement(wanted: string, kind: Kind, line: number): WithoutLock[] {
  const parts = /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(@\s*\S+|[^;]*)/.exec(wanted);
  const [, name, range = ""] = parts ?? [];
  return name ? [{ name, range: range.trim().replace(/^\((.*)\)$/, "$1"), kind, line }] : [];
}

function lineWith(text: string, wanted: string): number {
  const at = text.indexOf(wanted);
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}

function valuesOf(table: Json | undefined): Json[] {
  return Object.values(asObject(table));
}

/** Names of Python's packages are the same whatever their case, `-`, `_` and `.` are. */
export function pythonName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, "-");
}

/** Reads poetry.lock, uv.lock and pdm.lock. */
export function parsePythonLock({ path, text }: TextFile): Lock {
  const packages = asArray(asObject(parse(text)).package).map(asObject);
  return lockOf(
    path,
    packages.map(({ name, version }) => [name, version]),
  );
}

export function parsePipfileLock({ path, text }: TextFile): Lock {
  const lock = asObject(JSON.parse(text));
  const entries = [lock.default, lock.develop].flatMap((table) => Object.entries(asObject(table)));
  const version = (entry: Json) => asString(asObject(entry).version)?.replace(/^==/, "");
  return lockOf(
    path,
    entries.map(([name, entry]) => [name, version(entry)]),
  );
}

function lockOf(path: string, entries: (readonly [unknown, unknown])[]): Lock {
  const versions = new Map<string, string>();
  for (const [name, version] of entries) {
    if (typeof name === "string" && typeof version === "string") {
      versions.set(pythonName(name), version);
    }
  }
  return { dir: dirOf(path), version: (name) => versions.get(pythonName(name)) };
}
