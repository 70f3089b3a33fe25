import { isBuiltin } from "node:module";
import type { BuildOptions, Plugin } from "esbuild";

// Natives, programs that are looked up on disk, and what runs as a process of its own.
const external = [
  "better-sqlite3",
  "@vscode/ripgrep",
  "@vscode/tree-sitter-wasm",
  "web-tree-sitter",
  "bufferutil",
  "utf-8-validate",
  // D-Bus would ask the X server for a bus that nobody has named.
  "x11",
];

/**
 * Takes Node's own modules by what they hold at hand. An import by name would read all that they
 * export, and what they load only when it is asked for (streams for files, fetch for HTTP) would be
 * loaded at each start; an import of an object would copy all of its names for each importing file.
 */
const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === "import-statement" && isBuiltin(path) ? { path, namespace: "builtin" } : undefined,
    );
    onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({ contents: builtinText(path) }));
  },
};

function builtinText(path: string): string {
  const builtin: object = process.getBuiltinModule(path) ?? {};
  const names = Object.entries(Object.getOwnPropertyDescriptors(builtin)).flatMap(
    ([name, { get }]) => (get === undefined || imported.has(name) ? [name] : []),
  );
  const kept = names.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && !reserved.has(name));
  return `const builtin = process.getBuiltinModule(${JSON.stringify(path)});
export default builtin;
export const { ${kept.join(", ")} } = builtin;`;
}

/** What is loaded when it is asked for, and is imported by name all the same; both are small. */
const imported = new Set(["aborted", "BlockList"]);
const reserved = new Set(["default", "delete", "function", "arguments", "eval"]);

/** How programs are bundled; the folder and the entries are the caller's. */
export const bundleOptions = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  // A package that has both may require its parts in a way that a bundle cannot follow.
  mainFields: ["module", "main"],
  target: "node24.12",
  conditions: ["@heddle/source"],
  external,
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
} as const satisfies BuildOptions;
