import { parse } from "yaml";
import { asObject, asString, dirOf, type Json, type Lock, type TextFile } from "./manifest-file.ts";

/** Reads package-lock.json and npm-shrinkwrap.json, of every version. */
export function parseNpmLock({ path, text }: TextFile): Lock {
  const dir = dirOf(path);
  const lock = asObject(JSON.parse(text));
  const packages = asObject(lock.packages);
  const first = asObject(lock.dependencies);
  const versionOf = (value: Json | undefined) => asString(asObject(value).version);
  return {
    dir,
    version(name, _range, from) {
      const member = from === dir ? "" : `${from.slice(dir === "" ? 0 : dir.length + 1)}/`;
      return (
        versionOf(packages[`${member}node_modules/${name}`]) ??
        versionOf(packages[`node_modules/${name}`]) ??
        versionOf(first[name])
      );
    },
  };
}

const importedKeys = ["dependencies", "devDependencies", "optionalDependencies"];

/** Reads the part of a pnpm-lock.yaml that says what each member of the workspace got. */
export function parsePnpmLock({ path, text }: TextFile): Lock {
  const dir = dirOf(path);
  const parts = ["importers", ...importedKeys].map((key) => section(text, key)).join("");
  const lock = asObject(parse(parts));
  const importers = asObject(lock.importers);
  return {
    dir,
    version(name, _range, from) {
      const member = from === dir ? "." : from.slice(dir === "" ? 0 : dir.length + 1);
      const importer = asObject(importers[member] ?? lock);
      for (const key of importedKeys) {
        const entry = asObject(importer[key])[name];
        const version = asString(entry) ?? asString(asObject(entry).version);
        if (version) return version.replace(/[(_].*$/, "");
      }
      return undefined;
    },
  };
}

/** The text of one top-level key: the whole file takes a YAML reader a second. */
function section(text: string, key: string): string {
  const start = new RegExp(`^${key}:[ \\t]*$`, "m").exec(text)?.index;
  if (start === undefined) return "";
  const body = text.slice(start + key.length + 1);
  const end = body.search(/^[^\s#]/m);
  return `${key}:${end < 0 ? body : body.slice(0, end)}\n`;
}

/** Reads a yarn.lock, of yarn 1 or later. */
export function parseYarnLock({ path, text }: TextFile): Lock {
  const versions = new Map<string, string>();
  let wanted: string[] = [];
  for (const line of text.split("\n")) {
    if (/^[^\s#].*:\s*$/.test(line)) {
      wanted = line.replace(/:\s*$/, "").replaceAll('"', "").split(/,\s*/);
      continue;
    }
    const version = /^ {2}version:? "?([^"\s]+)"?\s*$/.exec(line)?.[1];
    if (version) for (const descriptor of wanted) versions.set(descriptor, version);
  }
  return {
    dir: dirOf(path),
    version: (name, range) =>
      versions.get(`${name}@${range}`) ?? versions.get(`${name}@npm:${range}`),
  };
}
