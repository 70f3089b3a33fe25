import type { ResolvedImport } from "../index-types.ts";
import type { Language } from "../lex/types.ts";
import { createCResolver } from "./c.ts";
import { createGoResolver } from "./go.ts";
import { createJvmResolver } from "./jvm.ts";
import { createCsharpResolver, createPhpResolver } from "./namespaces.ts";
import { createPythonResolver } from "./python.ts";
import { createRubyResolver } from "./ruby.ts";
import { createRustResolver } from "./rust.ts";
import { createScriptResolver } from "./script.ts";
import { createSwiftResolver } from "./swift.ts";
import type { Importer, ResolvableTree, Resolve } from "./types.ts";

type Create = (tree: ResolvableTree) => Resolve;

/** Languages with the same name here import from each other. */
export const families: Readonly<Record<Language, string>> = {
  typescript: "script",
  javascript: "script",
  python: "python",
  go: "go",
  rust: "rust",
  java: "jvm",
  kotlin: "jvm",
  c: "c",
  cpp: "c",
  csharp: "csharp",
  php: "php",
  ruby: "ruby",
  swift: "swift",
};

const creators: Readonly<Record<string, Create>> = {
  script: createScriptResolver,
  python: createPythonResolver,
  go: createGoResolver,
  rust: createRustResolver,
  jvm: createJvmResolver,
  c: createCResolver,
  csharp: createCsharpResolver,
  php: createPhpResolver,
  ruby: createRubyResolver,
  swift: createSwiftResolver,
};

/** Resolves the imports of a tree's files; what a language needs is looked up once, when it is met. */
export function createResolver(tree: ResolvableTree): (importer: Importer) => ResolvedImport[] {
  const resolvers = new Map<string, Resolve>();
  const resolverOf = (language: Language): Resolve => {
    const family = families[language];
    const known = resolvers.get(family) ?? creators[family]?.(tree);
    if (!known) throw new Error(`no resolver for ${family}`);
    resolvers.set(family, known);
    return known;
  };
  return (importer) => {
    const { imports, language } = importer.symbols;
    if (imports.length === 0) return [];
    const resolve = resolverOf(language);
    return imports.map((site) => ({ ...site, target: resolve(importer, site) }));
  };
}
