import { parse } from "smol-toml";
import {
  asObject,
  asString,
  type Draft,
  type Json,
  linesOf,
  type WithoutLock,
} from "./manifest-file.ts";

const configuration = String.raw`(\w*(?:[iI]mplementation|[aA]pi|[cC]ompileOnly|[rR]untimeOnly|kapt|ksp|annotationProcessor|classpath|compile))`;
const coordinates = new RegExp(
  String.raw`^[ \t]*${configuration}[ \t(]+(?:platform\()?["']([\w.-]+:[\w.-]+)(?::([^"'@:]+))?[^"'\n]*["']`,
  "gm",
);
const fromCatalog = new RegExp(String.raw`^[ \t]*${configuration}[ \t(]+libs\.([\w.]+)`, "gm");

/** The libraries of a version catalog, by the name that build files have for them. */
export type Catalog = ReadonlyMap<string, { readonly name: string; readonly range: string }>;

/**
 * Reads the dependencies of a build.gradle or build.gradle.kts that are written plainly. It is a
 * program: what that computes is not known here.
 */
export function parseGradle(text: string, catalog: Catalog): Draft {
  const lineAt = linesOf(text);
  const written = [...text.matchAll(coordinates)].map((match): WithoutLock => {
    const [, configured = "", name = "", range = ""] = match;
    return { name, range, kind: kindOf(configured), line: lineAt(match.index) };
  });
  const catalogued = [...text.matchAll(fromCatalog)].flatMap((match): WithoutLock[] => {
    const [, configured = "", alias = ""] = match;
    const found = catalog.get(alias);
    return found ? [{ ...found, kind: kindOf(configured), line: lineAt(match.index) }] : [];
  });
  return { dependencies: [...written, ...catalogued].sort((a, b) => a.line - b.line) };
}

function kindOf(configured: string): WithoutLock["kind"] {
  if (/test/i.test(configured)) return "dev";
  return /compileOnly|annotationProcessor|kapt|ksp|classpath/i.test(configured)
    ? "build"
    : "runtime";
}

/** Reads a gradle/libs.versions.toml. */
export function parseCatalog(text: string): Catalog {
  const toml = asObject(parse(text));
  const versions = asObject(toml.versions);
  const libraries = Object.entries(asObject(toml.libraries));
  return new Map(
    libraries.flatMap(([alias, library]) => {
      const found = libraryOf(library, versions);
      return found ? [[alias.replaceAll(/[-_]/g, "."), found] as const] : [];
    }),
  );
}

function libraryOf(library: Json, versions: Readonly<Record<string, Json>>) {
  const short = asString(library)?.split(":");
  if (short) return { name: short.slice(0, 2).join(":"), range: short[2] ?? "" };
  const { module, group, name, version } = asObject(library);
  const ref = asString(asObject(version).ref);
  const range = asString(version) ?? (ref === undefined ? undefined : asString(versions[ref]));
  const full = asString(module) ?? (group && name ? `${group}:${name}` : undefined);
  return full ? { name: full, range: range ?? "" } : undefined;
}

/** The folders that a settings.gradle includes. */
export function parseGradleSettings(text: string): string[] {
  const includes = [...text.matchAll(/\binclude\b[\s(]*((?:["'][^"']+["'][\s,]*)+)/g)];
  return includes.flatMap(([, list = ""]) =>
    [...list.matchAll(/["']:?([^"']+)["']/g)].map(([, name = ""]) => name.replaceAll(":", "/")),
  );
}
