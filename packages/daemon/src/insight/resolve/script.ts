import { isBuiltin } from "node:module";
import type { ImportTarget } from "../index-types.ts";
import type { ImportSite } from "../lex/types.ts";
import { dirOf, type JsonObject } from "../manifests/manifest-file.ts";
import { type NpmPackage, NpmPackages } from "./npm-packages.ts";
import { allTargets, exportsMap, matchSubpath, resolveTarget } from "./package-exports.ts";
import {
  asFile,
  asFolder,
  type FileSearch,
  findFile,
  javascriptEndings,
  typescriptEndings,
} from "./script-files.ts";
import { joinPath, under } from "./tree-paths.ts";
import { mapSpecifier, type TsConfig, TsConfigs } from "./tsconfig.ts";
import {
  type Importer,
  type ResolvableTree,
  type Resolve,
  toBuiltin,
  toFile,
  toPackage,
  unresolved,
} from "./types.ts";

/** The conditions of `exports` and `imports` that hold for an import. */
export function conditionsOf(typed: boolean, required: boolean): string[] {
  return [...(typed ? ["types"] : []), required ? "require" : "import", "module-sync", "node"];
}

/** Where imports of JavaScript and TypeScript lead, by Node's rules and those of TypeScript. */
export function createScriptResolver(tree: ResolvableTree): Resolve {
  const packages = new NpmPackages(tree);
  const configs = new TsConfigs({
    ...tree,
    packageFolder: (name) => packages.named(name, "")?.folder,
  });
  const known = new Map<string, ImportTarget>();
  return (importer, site) => {
    const folder = dirOf(importer.path);
    const typed = isTyped(importer);
    const required = site.kind === "require";
    const key = `${folder}\0${site.specifier}\0${typed}${required}`;
    const cached = known.get(key);
    if (cached) return cached;
    const endings = typed ? typescriptEndings : javascriptEndings;
    const request = {
      folder,
      config: configs.nearest(folder),
      configs,
      conditions: new Set(conditionsOf(typed, required)),
      search: { paths: tree.paths, packages, endings },
    };
    const target = resolveScript(site, request);
    known.set(key, target);
    return target;
  };
}

/** Whether endings are tried as TypeScript does it. */
export function isTyped({ path }: Pick<Importer, "path">): boolean {
  return /\.(?:[mc]?ts|tsx|vue|svelte)$/.test(path);
}

interface Request {
  /** The folder of the file that imports. */
  readonly folder: string;
  readonly config: TsConfig | undefined;
  readonly configs: TsConfigs;
  readonly conditions: ReadonlySet<string>;
  readonly search: FileSearch;
}

function resolveScript({ specifier }: ImportSite, request: Request): ImportTarget {
  const direct = resolveSpecifier(specifier, request);
  if (direct.type !== "unresolved") return direct;
  // Bundlers put options behind a question mark, and loaders before exclamation marks.
  const plain = specifier.replace(/^.*!/, "").replace(/[?#].*$/, "");
  return plain === specifier || plain === "" ? direct : resolveSpecifier(plain, request);
}

function resolveSpecifier(specifier: string, request: Request): ImportTarget {
  const { folder, search } = request;
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    const path = joinPath(folder, specifier);
    const found = path === undefined ? undefined : relativeFile(path, specifier, search);
    return toFile(found) ?? unresolved;
  }
  const mapped = byConfig(specifier, request);
  if (mapped !== undefined) return { type: "files", files: [mapped] };
  if (specifier.startsWith("#")) return byImports(specifier, request);
  if (isBuiltin(specifier)) return toBuiltin(specifier.replace(/^node:/, ""));
  const scheme = /^([a-z][a-z-]*):/.exec(specifier)?.[1];
  if (scheme !== undefined) return byScheme(scheme, specifier);
  return byName(specifier, request);
}

/** A slash or dots at the end say that a folder is meant. */
function relativeFile(path: string, specifier: string, search: FileSearch): number | undefined {
  const isFolder = /(?:^|\/)\.{0,2}$/.test(specifier);
  return isFolder ? asFolder(path, search) : findFile(path, search);
}

function byConfig(specifier: string, request: Request): number | undefined {
  const { config, configs } = request;
  if (config === undefined) return undefined;
  const own = inConfig(specifier, config, request.search);
  if (own !== undefined) return own;
  for (const path of config.references) {
    const referred = configs.at(path);
    const found = referred && inConfig(specifier, referred, request.search);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inConfig(specifier: string, config: TsConfig, search: FileSearch): number | undefined {
  for (const target of mapSpecifier(config.paths, specifier)) {
    const found = findFile(target, search);
    if (found !== undefined) return found;
  }
  const { baseUrl } = config;
  return baseUrl === undefined || specifier.startsWith("#")
    ? undefined
    : findFile(under(baseUrl, specifier), search);
}

function byImports(specifier: string, request: Request): ImportTarget {
  const own = request.search.packages.nearest(request.folder);
  const matched = own?.imports && matchSubpath(own.imports, specifier);
  if (!own || !matched) return unresolved;
  const target = resolveTarget(matched.target, matched.star, request.conditions);
  if (typeof target === "string" && !target.startsWith("./"))
    return resolveSpecifier(target, request);
  const written = typeof target === "string" ? [target] : [];
  const all = [...written, ...allTargets(matched.target, matched.star)];
  return toFile(firstFile(own.folder, all, request.search)) ?? unresolved;
}

const runtimes = new Set(["bun", "cloudflare", "astro", "deno", "electron", "sass", "virtual"]);

function byScheme(scheme: string, specifier: string): ImportTarget {
  if (scheme === "npm" || scheme === "jsr") {
    const name = /^[a-z]+:\/?((?:@[^/@]+\/)?[^/@]+)/.exec(specifier)?.[1];
    return name ? toPackage(name) : unresolved;
  }
  return runtimes.has(scheme) ? toBuiltin(specifier) : unresolved;
}

const packageName = /^((?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9_$][\w.$-]*)(?:\/(.*))?$/i;

function byName(specifier: string, request: Request): ImportTarget {
  const [, name, subpath = ""] = packageName.exec(specifier) ?? [];
  if (name === undefined) return unresolved;
  const { packages } = request.search;
  const own = packages.nearest(request.folder);
  const self = own?.name === name && own.exports !== undefined ? own : undefined;
  const found = self ?? packages.named(name, request.folder);
  if (!found) return toPackage(name);
  return toFile(inPackage(found, subpath, request)) ?? unresolved;
}

function inPackage(found: NpmPackage, subpath: string, request: Request): number | undefined {
  const { search } = request;
  const map = exportsMap(found.exports);
  if (map) return byExports(found, map, subpath, request);
  if (subpath !== "")
    return findFile(under(found.folder, subpath), search) ?? inSources(found, [subpath], search);
  const main = findFile(found.folder, search);
  if (main !== undefined) return main;
  const named = [found.types, found.main].filter((path) => path !== undefined);
  return (
    firstFile(found.folder, [...named, "src/index"], search) ?? inSources(found, named, search)
  );
}

function byExports(
  found: NpmPackage,
  map: JsonObject,
  subpath: string,
  { conditions, search }: Request,
): number | undefined {
  const matched = matchSubpath(map, subpath === "" ? "." : `./${subpath}`);
  if (!matched) return undefined;
  const target = resolveTarget(matched.target, matched.star, conditions);
  const exact = typeof target === "string" ? joinPath(found.folder, target) : undefined;
  const direct = exact === undefined ? undefined : asFile(exact, search.paths, search.endings);
  if (direct !== undefined) return direct;
  const all = allTargets(matched.target, matched.star);
  return firstFile(found.folder, all, search) ?? inSources(found, all, search);
}

function firstFile(
  folder: string,
  targets: readonly string[],
  search: FileSearch,
): number | undefined {
  for (const target of targets) {
    const path = joinPath(folder, target);
    const found = path === undefined ? undefined : findFile(path, search);
    if (found !== undefined) return found;
  }
  return undefined;
}

const buildFolder = /^(?:\.\/)?(?:dist|build|lib|out|output|esm|cjs|es|types)\//;

/** What is built is not in the tree: the source that has its name is meant. */
function inSources(
  found: NpmPackage,
  targets: readonly string[],
  search: FileSearch,
): number | undefined {
  const stems = targets.map((target) => target.replace(/(?:\.d)?\.[mc]?[jt]sx?$/, ""));
  const sources = stems.flatMap((stem) => {
    const rest = stem
      .replace(buildFolder, "")
      .replace(/^(?:esm|cjs|es|types)\//, "")
      .replace(/^\.\//, "");
    return [`src/${rest}`, rest, `source/${rest}`];
  });
  return firstFile(found.folder, sources, { ...search, endings: typescriptEndings });
}
