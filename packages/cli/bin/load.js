import { existsSync } from "node:fs";
import { enableCompileCache, registerHooks } from "node:module";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

// Not the default under the shared temporary directory: what lies there is run as code.
function compileCache({ HEDDLE_HOME, XDG_CACHE_HOME, HOME } = process.env) {
  if (HEDDLE_HOME) return join(resolve(HEDDLE_HOME), "cache", "compile");
  return join(XDG_CACHE_HOME || join(HOME || homedir(), ".cache"), "heddle", "compile");
}

// A hook costs nothing, while `--conditions` would need a second process.
function resolveSources() {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, "@heddle/source"] }),
  });
}

const bundle = new URL("../dist/bundle/heddle.js", import.meta.url);
enableCompileCache(compileCache());
if (existsSync(bundle)) {
  await import(bundle.href);
} else {
  resolveSources();
  await import(new URL("../src/main.ts", import.meta.url).href);
}
