import { realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ResolverFactory } from "oxc-resolver";
import type { BuiltIndex } from "../../packages/daemon/src/insight/built-index.ts";
import { conditionsOf, isTyped } from "../../packages/daemon/src/insight/resolve/script.ts";
import {
  type Endings,
  javascriptEndings,
  typescriptEndings,
} from "../../packages/daemon/src/insight/resolve/script-files.ts";

export interface Agreement {
  /** Imports that oxc-resolver leads to a file of the tree. */
  readonly resolved: number;
  readonly same: number;
  readonly share: number;
  /** The first differences: who imports what, where oxc goes and where we go. */
  readonly differences: readonly string[];
}

/** Holds where our imports lead against oxc-resolver, with the same endings and conditions. */
export function compareWithOxc(index: BuiltIndex, mostDifferences = 20): Agreement {
  const root = realpathSync(index.root);
  const oracles = new Map<string, ResolverFactory>();
  let [resolved, same] = [0, 0];
  const differences: string[] = [];
  for (const [file, imports] of index.imports.entries()) {
    const { path = "", symbols } = index.files[file] ?? {};
    if (symbols?.language !== "typescript" && symbols?.language !== "javascript") continue;
    for (const { specifier, kind, target } of imports) {
      const oracle = oracleFor(isTyped({ path }), kind === "require", oracles);
      const truth = oracle.sync(dirname(join(root, path)), specifier).path;
      const inside = truth === undefined ? ".." : relative(root, realpathSync(truth));
      if (inside.startsWith("..") || index.numberOf(inside) === undefined) continue;
      resolved += 1;
      const ours =
        target.type === "files" ? (index.files[target.files[0] ?? -1]?.path ?? "") : target.type;
      if (ours === inside) same += 1;
      else if (differences.length < mostDifferences) {
        differences.push(`${path}: ${specifier} (${kind}) -> ${inside}, ours ${ours}`);
      }
    }
  }
  return { resolved, same, share: resolved === 0 ? 1 : same / resolved, differences };
}

function oracleFor(
  typed: boolean,
  required: boolean,
  oracles: Map<string, ResolverFactory>,
): ResolverFactory {
  const key = `${typed}${required}`;
  const known = oracles.get(key);
  if (known) return known;
  const endings: Endings = typed ? typescriptEndings : javascriptEndings;
  const made = new ResolverFactory({
    tsconfig: "auto",
    extensions: [...endings.added],
    extensionAlias: Object.fromEntries([...endings.replaced].map(([from, to]) => [from, [...to]])),
    conditionNames: conditionsOf(typed, required),
    mainFields: ["main"],
    builtinModules: true,
  });
  oracles.set(key, made);
  return made;
}
