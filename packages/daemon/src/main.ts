import { enableCompileCache } from "node:module";
import { heddlePaths } from "@heddle/protocol/paths";

// What is imported before this is compiled anew at each start, so all else comes after it.
enableCompileCache(heddlePaths().compileCache);
await import("./program.ts");
