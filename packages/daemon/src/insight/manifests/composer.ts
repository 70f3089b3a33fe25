import { findNodeAtLocation, getNodeValue, parseTree } from "jsonc-parser";
import {
  asArray,
  asObject,
  asString,
  type Draft,
  dirOf,
  given,
  type Lock,
  linesOf,
  stringsOf,
  type TextFile,
} from "./manifest-file.ts";

/** Reads a composer.json. PHP itself and its extensions are no dependencies. */
export function parseComposer(text: string): Draft {
  const root = parseTree(text);
  if (root?.type !== "object") throw new Error("expected a JSON object");
  const value = asObject(getNodeValue(root));
  const lineAt = linesOf(text);
  const line = (...path: string[]) => lineAt(findNodeAtLocation(root, path)?.offset ?? 0);
  const required = (key: string, kind: "runtime" | "dev") =>
    Object.entries(asObject(value[key]))
      .filter(([name]) => name.includes("/"))
      .map(([name, range]) => ({
        name,
        range: asString(range) ?? "",
        kind,
        line: line(key, name),
      }));
  return {
    ...given({ name: asString(value.name), version: asString(value.version) }),
    dependencies: [...required("require", "runtime"), ...required("require-dev", "dev")],
    scripts: Object.entries(asObject(value.scripts)).map(([name, command]) => ({
      name,
      command: asString(command) ?? stringsOf(command).join(" && "),
      line: line("scripts", name),
    })),
    entries: stringsOf(value.bin).map((target) => ({
      kind: "bin",
      name: target.slice(target.lastIndexOf("/") + 1),
      target,
      line: line("bin"),
    })),
  };
}

export function parseComposerLock({ path, text }: TextFile): Lock {
  const lock = asObject(JSON.parse(text));
  const packages = [...asArray(lock.packages), ...asArray(lock["packages-dev"])].map(asObject);
  const versions = new Map(packages.map(({ name, version }) => [name, asString(version)]));
  return { dir: dirOf(path), version: (name) => versions.get(name) };
}
