import { findNodeAtLocation, getNodeValue, type Node, parseTree } from "jsonc-parser";
import type { DeclaredEntry, Dependency } from "../index-types.ts";
import {
  asObject,
  asString,
  type Draft,
  given,
  type Json,
  linesOf,
  stringsOf,
  type WithoutLock,
} from "./manifest-file.ts";

const kinds: readonly (readonly [key: string, kind: Dependency["kind"]])[] = [
  ["dependencies", "runtime"],
  ["devDependencies", "dev"],
  ["peerDependencies", "peer"],
  ["optionalDependencies", "optional"],
];

/** Reads a package.json. */
export function parsePackageJson(text: string): Draft {
  const root = parseTree(text);
  if (root?.type !== "object") throw new Error("expected a JSON object");
  const value = asObject(getNodeValue(root));
  const lineAt = linesOf(text);
  const line = (...path: (string | number)[]) =>
    lineAt(findNodeAtLocation(root, path)?.offset ?? 0);
  const scripts = Object.entries(asObject(value.scripts)).flatMap(([name, command]) =>
    typeof command === "string" ? [{ name, command, line: line("scripts", name) }] : [],
  );
  return {
    ...given({ name: asString(value.name), version: asString(value.version) }),
    dependencies: kinds.flatMap(([key, kind]) => dependenciesOf(value[key], key, kind, line)),
    scripts,
    entries: entriesOf(root, lineAt),
    members: membersOf(value.workspaces),
  };
}

function dependenciesOf(
  value: Json | undefined,
  key: string,
  kind: Dependency["kind"],
  line: (...path: string[]) => number,
): WithoutLock[] {
  return Object.entries(asObject(value)).map(([name, range]) => ({
    name,
    range: asString(range) ?? "",
    kind,
    line: line(key, name),
  }));
}

/** npm's list of patterns, or yarn's `{packages: […]}`. */
export function membersOf(workspaces: Json | undefined): string[] {
  return stringsOf(Array.isArray(workspaces) ? workspaces : asObject(workspaces).packages);
}

function entriesOf(root: Node, lineAt: (offset: number) => number): DeclaredEntry[] {
  const entries: DeclaredEntry[] = [];
  const add = (kind: DeclaredEntry["kind"], name: string, node: Node | undefined) => {
    if (typeof node?.value !== "string") return;
    entries.push({ kind, name, target: node.value, line: lineAt(node.offset) });
  };
  const at = (...path: string[]) => findNodeAtLocation(root, path);
  add("main", "main", at("main"));
  add("module", "module", at("module"));
  const bin = at("bin");
  if (bin?.type === "string") add("bin", asString(at("name")?.value) ?? "bin", bin);
  for (const [name, node] of propertiesOf(bin)) add("bin", name, node);
  addExports(at("exports"), ".", add);
  return entries;
}

/** Every file that `exports` leads to, under the subpath that leads there. */
function addExports(
  node: Node | undefined,
  subpath: string,
  add: (kind: "exports", name: string, node: Node) => void,
): void {
  if (node?.type === "string") add("exports", subpath, node);
  for (const item of node?.type === "array" ? (node.children ?? []) : []) {
    addExports(item, subpath, add);
  }
  for (const [key, value] of propertiesOf(node)) {
    addExports(value, key.startsWith(".") ? key : subpath, add);
  }
}

function propertiesOf(node: Node | undefined): (readonly [string, Node])[] {
  if (node?.type !== "object") return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [key, value] = children ?? [];
    return key && value ? [[String(key.value), value] as const] : [];
  });
}
