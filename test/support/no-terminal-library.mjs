// Loaded into a program by a test: what draws on terminals must not be asked for.
import { registerHooks } from "node:module";

registerHooks({
  resolve: (specifier, context, next) => {
    if (specifier.includes("pi-tui")) throw new Error(`${specifier} was loaded`);
    return next(specifier, context);
  },
});
