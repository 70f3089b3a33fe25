import { parseXml, XmlElement } from "@rgrove/parse-xml";
import type { Dependency } from "../index-types.ts";
import { type Draft, given, linesOf } from "./manifest-file.ts";

/** Reads a pom.xml. A dependency's name is `group:artifact`. */
export function parsePom(text: string): Draft {
  const project = parseXml(text, { includeOffsets: true, ignoreUndefinedEntities: true }).root;
  if (project?.name !== "project") throw new Error("expected a <project> element");
  const lineAt = linesOf(text);
  const fill = propertiesOf(project);
  const read = (element: XmlElement | undefined, name: string) => fill(textOf(element, name));
  const parent = child(project, "parent");
  const group = read(project, "groupId") ?? read(parent, "groupId");
  const artifact = read(project, "artifactId");
  const declared = children(child(project, "dependencies"), "dependency");
  return {
    ...given({
      name: artifact && (group ? `${group}:${artifact}` : artifact),
      version: read(project, "version") ?? read(parent, "version"),
    }),
    dependencies: declared.map((element) => ({
      name: `${read(element, "groupId") ?? ""}:${read(element, "artifactId") ?? ""}`,
      range: read(element, "version") ?? "",
      kind: kindOf(read(element, "scope"), read(element, "optional")),
      line: lineAt(element.start),
    })),
    members: children(child(project, "modules"), "module").map((element) => element.text.trim()),
  };
}

function kindOf(scope: string | undefined, optional: string | undefined): Dependency["kind"] {
  if (scope === "test") return "dev";
  if (scope === "provided") return "build";
  return optional === "true" ? "optional" : "runtime";
}

/** Puts the project's own properties in place of `${name}`. */
function propertiesOf(project: XmlElement): (value: string | undefined) => string | undefined {
  const own = child(project, "properties")?.children ?? [];
  const properties = new Map(
    own.flatMap((node) => (node instanceof XmlElement ? [[node.name, node.text.trim()]] : [])),
  );
  const version = textOf(project, "version") ?? textOf(child(project, "parent"), "version");
  if (version) properties.set("project.version", version);
  return (value) => value?.replace(/\$\{([^}]+)\}/g, (all, name) => properties.get(name) ?? all);
}

function children(element: XmlElement | undefined, name: string): XmlElement[] {
  return (element?.children ?? []).filter(
    (node): node is XmlElement => node instanceof XmlElement && node.name === name,
  );
}

function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

function textOf(element: XmlElement | undefined, name: string): string | undefined {
  return child(element, name)?.text.trim() || undefined;
}
