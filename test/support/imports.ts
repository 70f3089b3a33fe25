import { readFileSync } from "node:fs";
import { isAbsolute, relative } from "node:path";
import { build, type OnResolveArgs, type PluginBuild } from "esbuild";

/** One import of a source file, of values or of types, resolved as Node would resolve it. */
export interface Import {
  /** Both relative to the root; a package or a built-in module stands under its name. */
  readonly from: string;
  readonly to: string;
  readonly specifier: string;
  readonly kind: "static" | "dynamic" | "resolve";
}

const kinds: Readonly<Record<string, Import["kind"]>> = {
  "import-statement": "static",
  "dynamic-import": "dynamic",
  "require-resolve": "resolve",
};

/** Reads the imports of all files, those of types too. Throws where one cannot be resolved. */
export async function importsOf(root: string, files: readonly string[]): Promise<Import[]> {
  const imports: Import[] = [];
  const setup = (plugin: PluginBuild) => {
    plugin.onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      contents: withTypeImports(readFileSync(path, "utf8")),
      loader: "ts",
    }));
    plugin.onResolve({ filter: /./ }, async (args) => {
      if (args.kind === "entry-point" || args.pluginData === resolving) return undefined;
      imports.push(await resolveImport(root, plugin, args));
      return { path: args.path, external: true };
    });
  };
  await build({
    entryPoints: [...files],
    absWorkingDir: root,
    outdir: "unused",
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    conditions: ["@heddle/source"],
    logLevel: "silent",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [{ name: "imports", setup }],
  });
  return imports;
}

const resolving = Symbol("resolving");

async function resolveImport(
  root: string,
  plugin: PluginBuild,
  { path: specifier, kind, importer, resolveDir }: OnResolveArgs,
): Promise<Import> {
  const options = { kind, importer, resolveDir, pluginData: resolving } as const;
  const { path, errors } = await plugin.resolve(specifier, options);
  const from = relative(root, importer);
  const [error] = errors;
  if (error) throw new Error(`${from} imports ${specifier}: ${error.text}`);
  const inTree = isAbsolute(path) && !path.includes("/node_modules/");
  const to = inTree ? relative(root, path) : packageName(specifier);
  return { from, to, specifier, kind: kinds[kind] ?? "static" };
}

/** `@scope/name/sub/path` without what comes after the name. */
function packageName(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/**
 * Types are erased before imports are collected, so their imports are turned into ones of values;
 * `import.meta.resolve` is what esbuild knows as `require.resolve`. In strings this does no harm.
 */
function withTypeImports(source: string): string {
  return source
    .replace(/\b(import|export) type (?=(?:\{[^}]*\}|\*(?: as \w+)?|\w+)\s+from\b)/g, "$1 ")
    .replaceAll("import.meta.resolve(", "require.resolve(");
}
