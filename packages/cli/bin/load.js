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

// A checkout runs its source, which a build would soon be behind; HEDDLE_BUILD=1 takes the build.
const source = new URL("../src/main.ts", import.meta.url);
enableCompileCache(compileCache());
if (existsSync(source) && process.env.HEDDLE_BUILD !== "1") {
  resolveSources();
  await import(source.href);
} else {
  await import(new URL("../dist/bundle/heddle.js", import.meta.url).href);
}
