// Bundles the programs: one chunk for each lazy import, in the package's dist/bundle.
import { rm } from "node:fs/promises";
import { isBuiltin } from "node:module";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

// Natives, programs that are looked up on disk, and what runs as a process of its own.
const external = [
  "better-sqlite3",
  "@vscode/ripgrep",
  "@vscode/tree-sitter-wasm",
  "web-tree-sitter",
  "bufferutil",
  "utf-8-validate",
];

/**
 * Takes Node's own modules as objects. An import by name would read all that they export, and what
 * they load only when it is asked for (streams for files, fetch for HTTP) would be loaded at each start.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "import-statement" && isBuiltin(path) ? { path, namespace: "builtin" } : undefined,
    );
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
    }));
  },
};

await bundle("cli", { heddle: "src/main.ts" }, ["@heddle/daemon"]);
await bundle("daemon", {
  main: "src/main.ts",
  "scripted-model": "src/scripted-model/main.ts",
  "store-worker": "src/store/store-worker.ts",
});

async function bundle(
  name: string,
  entries: Record<string, string>,
  alsoExternal: string[] = [],
): Promise<void> {
  const root = fileURLToPath(new URL(`../packages/${name}/`, import.meta.url));
  const outdir = `${root}dist/bundle`;
  await rm(outdir, { recursive: true, force: true });
  await build({
    entryPoints: Object.entries(entries).map(([out, file]) => ({ out, in: root + file })),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24.12",
    conditions: ["@heddle/source"],
    external: [...external, ...alsoExternal],
    plugins: [lazyBuiltins],
    // Some dependencies are CommonJS and require Node's own modules.
    banner: {
      js: 'const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);',
    },
    chunkNames: "chunk-[hash]",
    legalComments: "linked",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
  });
}
